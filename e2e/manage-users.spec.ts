import type { Page } from '@playwright/test';
import { expectAccessible } from './fixtures/accessibility.js';
import { signIn, someAddress } from './fixtures/accounts.js';
import { expect, nobody, test } from './fixtures/story.js';

async function act(page: Page, email: string, item: string): Promise<void> {
  await page.getByRole('button', { name: `Actions on ${email}` }).click();
  await page.getByRole('menuitem', { name: item }).click();
}

test('somebody new signs in with the password they were given, and is out at once when disabled', async ({
  page,
  browser,
}) => {
  const email = someAddress();
  await page.goto('/admin/users');
  await page.getByRole('button', { name: 'Create user' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'E-mail' }).fill(email);
  await dialog.getByRole('button', { name: 'Create user' }).click();
  const password = (await dialog.locator('code').textContent()) ?? '';
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Done' }).click();
  await expect(page.getByText(password)).toHaveCount(0);

  const theirs = await (await browser.newContext({ storageState: nobody, baseURL: process.env.E2E_URL })).newPage();
  await theirs.goto('/admin/jobs');
  await signIn(theirs, { email, password });
  await expect(theirs.getByRole('heading', { level: 1, name: 'Jobs' })).toBeVisible();
  await theirs.goto('/admin/users');
  await expect(theirs.getByText('No access')).toBeVisible();
  await expectAccessible(theirs);

  await act(page, email, 'Disable');
  await dialog.getByRole('button', { name: 'Disable' }).click();
  await expect(page.getByRole('row', { name: new RegExp(email) })).toContainText('Disabled');
  await expect(theirs).toHaveURL(/\/login\?next=/);
  await theirs.context().close();
});

test('nobody changes their own role, and the list tells it all', async ({ page }) => {
  await page.goto('/admin/users');
  await page.getByText('What each role may do').first().click();
  await page.getByRole('button', { name: 'Actions on admin@example.com' }).click();
  await expect(page.getByRole('menuitem', { name: 'Sign out everywhere' })).toBeVisible();
  await expect(page.getByRole('menuitem', { name: 'Change role' })).toHaveCount(0);
  await expectAccessible(page);
});

test.describe('with a password of one’s own', () => {
  test.use({ storageState: nobody });

  test('whoever knows the current password chooses another', async ({ page, accounts }) => {
    const { email, password } = await accounts.create('ADMIN');
    await page.goto('/admin/account');
    await signIn(page, { email, password });
    const change = async (current: string) => {
      await page.getByRole('textbox', { name: 'Current password' }).fill(current);
      await page.getByRole('textbox', { name: 'New password', exact: true }).fill('another password');
      await page.getByRole('textbox', { name: 'Repeat the new password' }).fill('another password');
      await page.getByRole('button', { name: 'Change password' }).click();
    };
    await change('not the password');
    await expect(page.getByText('The current password is wrong.')).toBeVisible();
    await expectAccessible(page);
    await change(password);
    await expect(page.getByText('Your password is changed')).toBeVisible();
    await page.context().clearCookies();
    await page.goto('/login');
    await signIn(page, { email, password: 'another password' });
    await expect(page.getByRole('heading', { level: 1, name: 'Dashboard' })).toBeVisible();
  });
});
