import type { Page } from '@playwright/test';
import { signIn } from './fixtures/accounts.js';
import { card, historyRow } from './fixtures/job-manager.js';
import { Program } from './fixtures/program.js';
import { expect, signedOut, test } from './fixtures/story.js';
import { operator } from './product/operator.js';

test('a program executes a run with a token, receives a request to stop, and is refused once the token is revoked', async ({
  page,
}) => {
  const program = new Program(await createToken(page, 'Nightly import', ['execute', 'view']));
  const row = page.getByRole('row', { name: /^Nightly import/ });
  await expect(row).toContainText('Active');
  await expect(row).toContainText('Never');

  await page.goto('/admin/jobs');
  const id = await program.start({
    jobName: 'nightly-import',
    steps: [
      { id: 'read', label: 'Reading' },
      { id: 'write', label: 'Writing' },
    ],
  });
  await expect(card(page, id)).toContainText('nightly-import');
  expect(await program.reach([{ id: 'read', progress: 0.5 }])).toBe(false);
  await expect(card(page, id).getByRole('progressbar')).toHaveAttribute('aria-valuenow', '25');
  await program.log({ level: 'warn', message: 'One file is empty' });
  await expect(card(page, id)).toContainText('1 warning');

  await card(page, id).getByRole('button', { name: 'Cancel' }).click();
  await expect(card(page, id)).toContainText(`Cancel requested by ${operator.email}`);
  expect(await program.reach([{ id: 'read', progress: 0.6 }])).toBe(true);
  await program.stop();
  await expect(historyRow(page, id)).toContainText('Cancelled');

  await page.goto('/admin/tokens');
  await expect(row).toContainText(/from (127\.0\.0\.1|::1|::ffff:127\.0\.0\.1)/);
  await row.getByRole('button', { name: 'Revoke Nightly import' }).click();
  await page.getByRole('dialog', { name: 'Revoke token?' }).getByRole('button', { name: 'Revoke' }).click();
  await expect(row).toContainText('Revoked');
  expect((await program.call('start', { jobName: 'nightly-import' })).status).toBe(401);
});

test('a token allows what was chosen for it, and nothing else', async ({ page }) => {
  const reader = new Program(await createToken(page, 'A reader', ['view']));
  const refused = await reader.call('start', { jobName: 'nightly-import' });
  expect(refused.status).toBe(403);
  await page.goto('/admin/jobs');
  await expect(page.getByText('No active jobs')).toBeVisible();
});

test.describe('as an admin', () => {
  test.use({ storageState: signedOut });

  test('tokens are not for admins', async ({ page, accounts }) => {
    await page.goto('/admin/tokens');
    await signIn(page, await accounts.create('ADMIN'));
    await expect(page.getByRole('main')).toContainText("Your role, Admin, doesn't include this");
    await expect(page.getByRole('button', { name: 'Create token' })).toBeHidden();
    expect((await page.request.get('/api/admin/tokens')).status()).toBe(403);
  });
});

/** Creates a token by hand and answers its text, which is there to be read this once. */
async function createToken(page: Page, name: string, permissions: string[]): Promise<string> {
  await page.goto('/admin/tokens');
  await page.getByRole('button', { name: 'Create token' }).first().click();
  const form = page.getByRole('dialog', { name: 'Create token' });
  await form.getByLabel('Name').fill(name);
  for (const permission of permissions)
    await form.getByRole('checkbox', { name: new RegExp(` ${permission}$`) }).check();
  await form.getByRole('button', { name: 'Create token' }).click();
  const shown = page.getByRole('dialog', { name: 'New token' });
  await expect(shown).toContainText('It is not shown again');
  const token = (await shown.getByRole('code').first().textContent()) ?? '';
  await shown.getByRole('button', { name: 'Done' }).click();
  await expect(page.getByRole('row', { name: new RegExp(`^${name}`) })).toBeVisible();
  await page.reload();
  await expect(page.getByRole('row', { name: new RegExp(`^${name}`) })).toBeVisible();
  await expect(page.getByText(token)).toBeHidden();
  return token;
}
