import { signIn } from './fixtures/accounts.js';
import { activeJobs } from './fixtures/job-manager.js';
import { expect, signedOut, test } from './fixtures/story.js';

test.use({ storageState: signedOut });

test('a wrong password is refused, and the right one lets in', async ({ page, accounts }) => {
  const admin = await accounts.create('ADMIN');
  await page.goto('/login');
  await signIn(page, { ...admin, password: 'not the password' });
  await expect(page.getByRole('alert')).toHaveText('E-mail or password is wrong.');
  await expect(page.getByLabel('E-mail')).toHaveValue(admin.email);
  await signIn(page, { ...admin, email: 'nobody@example.com' });
  await expect(page.getByRole('alert')).toHaveText('E-mail or password is wrong.');

  await signIn(page, admin);
  await expect(page).toHaveURL('/admin/dashboard');
});

test('signing in leads back to the requested address', async ({ page, accounts }) => {
  const address = '/admin/jobs/history?job=trending&status=FAILED';
  await page.goto(address);
  await expect(page.getByRole('heading', { name: 'Sign in to Job Manager' })).toBeVisible();
  await signIn(page, await accounts.create('ADMIN'));
  await expect(page).toHaveURL(address);
  await expect(page.getByRole('combobox', { name: 'Filter by job' })).toHaveValue('trending');
});

test('signing out ends the session in every tab and on the server', async ({ page, context, accounts }) => {
  const admin = await accounts.create('ADMIN');
  await page.goto('/admin/jobs');
  await signIn(page, admin);
  await expect(activeJobs(page)).toBeVisible();
  const tab = await context.newPage();
  await tab.goto('/admin/jobs/monitor');
  await expect(tab.getByText('Live', { exact: true })).toBeVisible();
  const cookies = await context.cookies();

  await page.getByRole('button', { name: `Account: ${admin.email}` }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await expect(page).toHaveURL('/login');
  await expect(tab).toHaveURL(/\/login/);
  await page.goto('/admin/jobs');
  await expect(page).toHaveURL(/\/login\?next=/);
  await context.addCookies(cookies);
  expect((await context.request.get('/api/auth/me')).status()).toBe(401);
});

test('a person without a role for it sees a friendly explanation', async ({ page, accounts }) => {
  const member = await accounts.create('USER');
  await page.goto('/admin/jobs');
  await signIn(page, member);
  await expect(page.getByRole('heading', { level: 1, name: 'No access' })).toBeVisible();
  await expect(page.getByRole('main')).toContainText(member.email);
  await page.getByRole('button', { name: 'Sign in with another account' }).click();
  await expect(page).toHaveURL(/\/login/);
});

test('a demotion ends access at once, the open socket included', async ({ page, accounts }) => {
  const admin = await accounts.create('ADMIN');
  const socket = page.waitForEvent('websocket', (opened) => opened.url().endsWith('/ws'));
  await page.goto('/admin/jobs');
  await signIn(page, admin);
  await expect(page.getByText('Live', { exact: true })).toBeVisible();
  const closed = (await socket).waitForEvent('close');

  await accounts.changeRole(admin, 'USER');
  await closed;
  await expect(page.getByRole('heading', { level: 1, name: 'No access' })).toBeVisible();
  expect((await page.request.get('/api/admin/jobs/active')).status()).toBe(403);
});
