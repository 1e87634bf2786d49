import type { Page } from '@playwright/test';
import { Secret, TOTP } from 'otpauth';
import { type Account, signIn } from './fixtures/accounts.js';
import { expect, signedOut, test } from './fixtures/story.js';

test.use({ storageState: signedOut });

/** What the app shows, so many half minutes from now: each code is taken once. */
const codeOf = (secret: string, steps = 0): string =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: Date.now() + 30_000 * steps });

async function signOut(page: Page, { email }: Account): Promise<void> {
  await page.getByRole('button', { name: `Account: ${email}` }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
}

test('a second factor is set up, and signing in takes a code of the app or a recovery code', async ({
  page,
  accounts,
}) => {
  const admin = await accounts.create('ADMIN');
  await page.goto('/admin/account');
  await signIn(page, admin);
  await page.getByRole('button', { name: 'Set up' }).click();
  const dialog = page.getByRole('dialog', { name: 'Set up two-step sign-in' });
  await dialog.getByRole('button', { name: 'Continue' }).click();
  await expect(dialog.getByRole('img', { name: /QR code/ })).toBeVisible();
  const secret = ((await dialog.getByRole('code').textContent()) ?? '').replaceAll(' ', '');
  await dialog.getByLabel('Code from your app').fill(codeOf(secret));
  await dialog.getByRole('button', { name: 'Turn on' }).click();
  const shown = dialog.getByRole('listitem');
  await expect(shown).toHaveCount(10);
  const codes = await shown.allTextContents();
  await dialog.getByRole('button', { name: 'I have kept them' }).click();
  await expect(page.getByRole('button', { name: 'Turn off' })).toBeVisible();

  await signOut(page, admin);
  await signIn(page, admin);
  await page.getByLabel('Code from your app').fill('000000');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toContainText('The code is wrong');
  expect((await page.request.get('/api/auth/me')).status()).toBe(401);
  await page.getByLabel('Code from your app').fill(codeOf(secret, 1));
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL('/admin/dashboard');

  await signOut(page, admin);
  await signIn(page, admin);
  await page.getByRole('button', { name: 'Use a recovery code' }).click();
  await page.getByLabel('Recovery code').fill(codes[0] ?? '');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL('/admin/dashboard');
  await page.goto('/admin/account');
  await expect(page.getByText('one of 9 recovery codes')).toBeVisible();
});
