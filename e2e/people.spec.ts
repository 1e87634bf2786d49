import type { Browser, Locator, Page } from '@playwright/test';
import { type Account, signIn, someAddress } from './fixtures/accounts.js';
import { activeJobs, toast } from './fixtures/job-manager.js';
import { expect, signedOut, test } from './fixtures/story.js';
import { operator } from './product/operator.js';

test('a new person signs in with the password they were given', async ({ page, browser }) => {
  const email = someAddress();
  await page.goto('/admin/users');
  await page.getByRole('button', { name: 'Create user' }).click();
  const form = page.getByRole('dialog', { name: 'Create user' });
  await form.getByLabel('E-mail').fill(email);
  await form.getByRole('button', { name: 'Create user' }).click();
  const shown = page.getByRole('dialog').filter({ hasText: 'It is not shown again' });
  const password = (await shown.getByRole('code').textContent()) ?? '';
  await shown.getByRole('button', { name: 'Done' }).click();
  await expect(rowOf(page, email)).toContainText('Admin');
  await expect(rowOf(page, email)).toContainText('Never');

  const theirs = await browser.newPage({ storageState: signedOut });
  await theirs.goto('/admin/jobs');
  await signIn(theirs, { email, password });
  await expect(theirs.getByRole('heading', { level: 1, name: 'Choose a new password' })).toBeVisible();
  expect((await theirs.request.get('/api/admin/jobs/active')).status()).toBe(403);
  await theirs.getByRole('textbox', { name: 'Current password' }).fill(password);
  await theirs.getByRole('textbox', { name: 'New password', exact: true }).fill('one of my own, long');
  await theirs.getByRole('textbox', { name: 'Repeat the new password' }).fill('one of my own, long');
  await theirs.getByRole('button', { name: 'Change password' }).click();
  await expect(activeJobs(theirs)).toBeVisible();
  await page.reload();
  await expect(rowOf(page, email)).toContainText(/ago|now/);
  await theirs.context().close();
});

test('a role that is taken away ends access at once, in the page that is open', async ({ page, browser, accounts }) => {
  const admin = await accounts.create('ADMIN');
  const theirs = await signedIn(browser, admin);
  await page.goto('/admin/users');
  await act(page, admin, 'Change role');
  const dialog = page.getByRole('dialog', { name: 'Change role' });
  await dialog.getByRole('combobox', { name: 'Role' }).selectOption('USER');
  await dialog.getByRole('button', { name: 'Change role' }).click();
  await expect(toast(page, `${admin.email} is now User`)).toBeVisible();
  await expect(theirs.getByRole('heading', { level: 1, name: 'No access' })).toBeVisible();
  await theirs.context().close();
});

test('a disabled person is signed out and refused, until enabled again', async ({ page, browser, accounts }) => {
  const admin = await accounts.create('ADMIN');
  const theirs = await signedIn(browser, admin);
  await page.goto('/admin/users');
  await act(page, admin, 'Disable');
  await page.getByRole('dialog', { name: 'Disable user?' }).getByRole('button', { name: 'Disable' }).click();
  await expect(rowOf(page, admin.email)).toContainText('Disabled');
  await expect(theirs).toHaveURL(/\/login/);
  await signIn(theirs, admin);
  await expect(theirs.getByRole('alert')).toBeVisible();

  await act(page, admin, 'Enable');
  await page.getByRole('dialog', { name: 'Enable user?' }).getByRole('button', { name: 'Enable' }).click();
  await expect(rowOf(page, admin.email)).not.toContainText('Disabled');
  await signIn(theirs, admin);
  await expect(activeJobs(theirs)).toBeVisible();
  await theirs.context().close();
});

test('a new password of one’s own ends every other session', async ({ browser, accounts }) => {
  const admin = await accounts.create('ADMIN');
  const [here, elsewhere] = [await signedIn(browser, admin), await signedIn(browser, admin)];
  await here.getByRole('button', { name: `Account: ${admin.email}` }).click();
  await here.getByRole('menuitem', { name: 'Change password' }).click();
  await expect(here).toHaveURL('/admin/account');
  const current = here.getByRole('textbox', { name: 'Current password' });
  await current.fill('not the password');
  await here.getByRole('textbox', { name: 'New password', exact: true }).fill('another password');
  await here.getByRole('textbox', { name: 'Repeat the new password' }).fill('another password');
  await here.getByRole('button', { name: 'Change password' }).click();
  await expect(current).toHaveAccessibleDescription(/wrong/);

  await current.fill(admin.password);
  await here.getByRole('button', { name: 'Change password' }).click();
  await expect(toast(here, 'Your password is changed')).toBeVisible();
  await expect(elsewhere).toHaveURL(/\/login/);
  await signIn(elsewhere, admin);
  await expect(elsewhere.getByRole('alert')).toHaveText('E-mail or password is wrong.');
  await signIn(elsewhere, { ...admin, password: 'another password' });
  await expect(activeJobs(elsewhere)).toBeVisible();
  await here.goto('/admin/jobs');
  await expect(activeJobs(here)).toBeVisible();
  for (const page of [here, elsewhere]) await page.context().close();
});

test('a person ends a session of theirs that goes on elsewhere', async ({ browser, accounts }) => {
  const admin = await accounts.create('ADMIN');
  const [here, elsewhere] = [await signedIn(browser, admin), await signedIn(browser, admin)];
  await here.goto('/admin/account');
  await expect(here.getByRole('row', { name: /This one/ })).toHaveCount(1);
  await here.getByRole('button', { name: 'End all others' }).click();
  const dialog = here.getByRole('dialog', { name: 'End all other sessions?' });
  await dialog.getByRole('textbox', { name: 'Your current password' }).fill(admin.password);
  await dialog.getByRole('button', { name: 'End', exact: true }).click();
  await expect(toast(here, 'The session has ended.')).toBeVisible();
  await expect(elsewhere).toHaveURL(/\/login/);
  for (const page of [here, elsewhere]) await page.context().close();
});

test('the last super admin stays', async ({ page }) => {
  await page.goto('/admin/users');
  await rowOf(page, operator.email).getByRole('button', { name: 'Actions' }).click();
  await expect(page.getByText('Your own role and access are for another super admin to change.')).toBeVisible();
  await expect(page.getByRole('menuitem', { name: /Disable|Change role/ })).toHaveCount(0);
  const { user } = await (await page.request.get('/api/auth/me')).json();
  const headers = { origin: process.env.E2E_URL ?? '' };
  for (const [call, data] of [
    ['disable', {}],
    ['role', { role: 'ADMIN' }],
  ] as const) {
    const refused = await page.request.post(`/api/admin/users/${user.id}/${call}`, { data, headers });
    expect(refused.status()).toBe(409);
  }
});

const rowOf = (page: Page, email: string): Locator => page.getByRole('row', { name: new RegExp(`^${email}`) });

/** Chooses something from the menu of a person's row. */
async function act(page: Page, { email }: Account, choice: string): Promise<void> {
  await page.getByRole('button', { name: `Actions on ${email}` }).click();
  await page.getByRole('menuitem', { name: choice }).click();
}

/** A browser of another person, on the page of the jobs. */
async function signedIn(browser: Browser, account: Account): Promise<Page> {
  const page = await browser.newPage({ storageState: signedOut });
  await page.goto('/admin/jobs');
  await signIn(page, account);
  await expect(activeJobs(page)).toBeVisible();
  return page;
}
