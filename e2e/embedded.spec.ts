import type { Page } from '@playwright/test';
import { activeJobs, card, historyRow, runJob } from './fixtures/job-manager.js';
import { type Shop, startShop } from './fixtures/shop.js';
import { expect, signedOut, test as story } from './fixtures/story.js';

// Job Manager as a part of another application: `scripts/examples/embedding`, with its own people.

const test = story.extend<object, { shop: Shop }>({
  shop: [
    async ({ database }, use) => {
      const shop = await startShop(database);
      await use(shop);
      await shop.close();
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  baseURL: async ({ shop }, use) => use(shop.url),
});
test.use({ storageState: signedOut });

async function signIn(page: Page, name: string): Promise<void> {
  await page.getByRole('link', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: `I am ${name}` }).click();
}

test('a person of the application signs in there and comes back to the page they wanted', async ({ page }) => {
  await page.goto('/ops/jobs/admin/jobs/history?status=FAILED');
  await expect(page.getByRole('heading', { name: 'You are not signed in' })).toBeVisible();
  await signIn(page, 'grace');
  await expect(page).toHaveURL('/ops/jobs/admin/jobs/history?status=FAILED');
  await page.getByRole('button', { name: 'Account: grace@shop.example' }).click();
  await expect(page.getByText('grace@shop.example')).toBeVisible();
  await expect(page.getByText('Sign out')).toBeHidden();
});

test('a job is started below the path, seen live, and found again by its address', async ({ page }) => {
  const strays: string[] = [];
  const failures: string[] = [];
  page.on('request', (request) => {
    const { pathname } = new URL(request.url());
    if (!/^\/(ops\/jobs|login)(\/|$)/.test(pathname)) strays.push(pathname);
  });
  page.on('response', (response) => {
    if (response.status() >= 400 && response.status() !== 401) failures.push(`${response.status()} ${response.url()}`);
  });
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type()) && !message.text().includes('401')) failures.push(message.text());
  });

  await page.goto('/ops/jobs');
  await signIn(page, 'ada');
  await expect(page.getByRole('heading', { level: 1, name: 'Dashboard' })).toBeVisible();
  await expect(page).toHaveURL('/ops/jobs/admin/dashboard');
  await page.getByRole('link', { name: /^Runs/ }).click();
  await expect(activeJobs(page)).toContainText('No active jobs');

  const id = await runJob(page, 'send-invoice', { order: 12, pages: 6, pauseMs: 500 });
  await expect(card(page, id)).toContainText(/Wrote page \d of 6/);
  await expect(historyRow(page, id)).toContainText('Success');
  await expect(activeJobs(page)).toContainText('No active jobs');

  await page.goto(`/ops/jobs/admin/jobs/${id}?tab=log`);
  await expect(page.getByText('Sent the invoice of order 12')).toBeVisible();
  await page.reload();
  await expect(page.getByText('Sent the invoice of order 12')).toBeVisible();
  await expect(page).toHaveURL(`/ops/jobs/admin/jobs/${id}?tab=log`);
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: /download/i }).click();
  expect((await download).url()).toContain(`/ops/jobs/api/admin/jobs/${id}/`);

  await page.goBack();
  await page.getByRole('link', { name: 'History', exact: true }).click();
  await expect(page.getByRole('main')).toContainText(`#${id}`);
  expect([strays, failures]).toEqual([[], []]);
});

test('what the application queues itself is run', async ({ page }) => {
  await page.goto('/ops/jobs');
  await signIn(page, 'ada');
  await expect(page).toHaveURL('/ops/jobs/admin/dashboard');
  await page.goto('/');
  await page.getByRole('button', { name: 'Order' }).click();
  await expect(page.getByRole('heading', { name: 'Thank you for order 1' })).toBeVisible();
  await page.goto('/ops/jobs/admin/jobs/history');
  await expect(page.getByRole('main').getByText('Event').first()).toBeVisible();
});

test('a person who signs out of the application is signed out here, too', async ({ page }) => {
  await page.goto('/ops/jobs/admin/jobs');
  await signIn(page, 'ada');
  await expect(activeJobs(page)).toBeVisible();
  await page.request.post('/logout');
  await page.reload();
  await expect(page.getByRole('heading', { name: 'You are not signed in' })).toBeVisible();
});

test('its customers have no access', async ({ page }) => {
  await page.goto('/ops/jobs/admin/jobs');
  await signIn(page, 'bob');
  await expect(page.getByRole('heading', { name: 'No access' })).toBeVisible();
});

test('the API document has its page there', async ({ page }) => {
  await page.goto('/ops/jobs/api/docs/');
  await expect(page.getByRole('combobox').first()).toHaveValue('/ops/jobs/api');
});
