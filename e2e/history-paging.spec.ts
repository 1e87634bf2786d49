import type { Page } from '@playwright/test';
import { history, historyRow, historyRows as rows } from './fixtures/job-manager.js';
import { expect, test } from './fixtures/story.js';

test('pages and filters live in the address: back, reload and a shared link work', async ({ page, context, runs }) => {
  const trending = await runs.insertEnded({ jobName: 'trending', count: 120 });
  const failed = await runs.insertEnded({ jobName: 'affinity', count: 7, status: 'FAILED' });
  await page.goto('/admin/jobs');
  await expect(history(page)).toContainText('Showing 1–50 of 127');
  await expect(rows(page)).toHaveCount(50);
  await history(page).getByRole('link', { name: 'All history' }).click();
  await expect(history(page).getByRole('button', { name: 'Prev' })).toBeDisabled();

  await history(page).getByRole('button', { name: 'Next' }).click();
  await expect(page).toHaveURL('/admin/jobs/history?page=2');
  await expect(history(page)).toContainText('Showing 51–100 of 127');
  await history(page).getByRole('button', { name: 'Next' }).click();
  await expect(history(page)).toContainText('Showing 101–127 of 127');
  await expect(rows(page)).toHaveCount(27);
  await expect(historyRow(page, trending.at(-1) ?? '')).toBeVisible();
  await expect(history(page).getByRole('button', { name: 'Next' })).toBeDisabled();

  await page.goBack();
  await expect(history(page)).toContainText('Showing 51–100 of 127');
  await page.reload();
  await expect(history(page)).toContainText('Showing 51–100 of 127');

  await filter(page, 'job', 'affinity');
  await expect(page).toHaveURL('/admin/jobs/history?job=affinity');
  await expect(history(page)).toContainText('Showing 1–7 of 7');
  await filter(page, 'status', 'Failed');
  await expect(page).toHaveURL('/admin/jobs/history?job=affinity&status=FAILED');

  const colleague = await context.newPage();
  await colleague.goto(page.url());
  await expect(history(colleague)).toContainText('Showing 1–7 of 7');
  await expect(historyRow(colleague, failed[0] ?? '')).toContainText('The database did not answer');
  // Choosing the chosen one again lifts it; the cross beside it is for the mouse alone.
  await filter(colleague, 'status', 'Failed');
  await expect(colleague).toHaveURL('/admin/jobs/history?job=affinity');
  await colleague.goBack();
  await expect(colleague).toHaveURL('/admin/jobs/history?job=affinity&status=FAILED');
});

async function filter(page: Page, by: 'job' | 'status', choice: string): Promise<void> {
  await history(page)
    .getByRole('combobox', { name: `Filter by ${by}` })
    .click();
  await page.getByRole('option', { name: choice, exact: true }).click();
}

test('runs that were looked at leave no step behind, and a run leads back to the same page', async ({ page, runs }) => {
  const ids = await runs.insertEnded({ jobName: 'trending', count: 60 });
  await page.goto('/admin/dashboard');
  await page.getByRole('link', { name: /^Runs/ }).click();
  await page.getByRole('link', { name: 'History', exact: true }).click();
  await history(page).getByRole('button', { name: 'Next' }).click();
  const shown = ids.slice(50, 52);
  for (const id of shown) {
    await historyRow(page, id)
      .getByRole('button', { name: /^Details/ })
      .click();
    await expect(page).toHaveTitle(`trending #${id} · Job Manager`);
    await page.keyboard.press('Escape');
    await expect(page).toHaveURL('/admin/jobs/history?page=2');
    await expect(page).toHaveTitle('History · Runs · Job Manager');
  }
  await page.setViewportSize({ width: 1280, height: 500 });
  await page.evaluate(() => window.scrollTo(0, 120));
  await historyRow(page, shown[1] ?? '')
    .getByRole('checkbox')
    .check();
  await page.evaluate(() => window.scrollTo(0, 120));
  await historyRow(page, shown[0] ?? '')
    .getByRole('link', { name: 'trending' })
    .click();
  await page.getByRole('navigation', { name: 'Breadcrumb' }).getByRole('link', { name: 'Runs' }).click();
  await expect(page).toHaveURL('/admin/jobs/history?page=2');
  await expect.poll(() => page.evaluate(() => window.scrollY)).toBe(120);
  await expect(historyRow(page, shown[1] ?? '').getByRole('checkbox')).toBeChecked();
  await page.goBack();
  await page.goBack();
  await page.goBack();
  await expect(page).toHaveURL('/admin/jobs/history');
  await page.goBack();
  await expect(page).toHaveURL('/admin/jobs');

  // Opened by a link, there is no page to go back to.
  await page.goto(`/admin/jobs?run=${ids[0]}`);
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
  await expect(page).toHaveURL('/admin/jobs');
});
