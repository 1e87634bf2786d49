import { readFile } from 'node:fs/promises';
import type { Locator, Page } from '@playwright/test';
import { signIn } from './fixtures/accounts.js';
import { card, historyRow, runJob } from './fixtures/job-manager.js';
import { slowly } from './fixtures/runs.js';
import { expect, signedOut, test } from './fixtures/story.js';

test.use({ storageState: signedOut });

test('what an admin did is found by who, what and which run, and taken away as a file', async ({ page, accounts }) => {
  const admin = await accounts.create('ADMIN');
  await page.goto('/admin/jobs');
  await signIn(page, { ...admin, password: 'not the password' });
  await expect(page.getByRole('alert')).toBeVisible();
  await signIn(page, admin);
  const id = await runJob(page, 'match-scores', slowly);
  await card(page, id)
    .getByRole('button', { name: `Cancel match-scores #${id}` })
    .click();
  await expect(historyRow(page, id)).toContainText('Cancelled');

  await page.getByRole('button', { name: 'Administration' }).click();
  await page.getByRole('link', { name: 'Audit log' }).click();
  await page.getByRole('textbox', { name: 'Search by actor' }).fill(admin.email);
  await expect(page).toHaveURL(`/admin/audit?actor=${admin.email}`);
  await expect(entries(page)).toHaveCount(4);
  await expect(entries(page)).toContainText([/Cancelled a run/, /Queued a run/, /Signed in/, /Was refused at sign-in/]);
  await expect(entries(page).first()).toContainText(admin.email);
  await entries(page)
    .first()
    .getByRole('button', { name: /^Details/ })
    .click();
  await expect(page.getByText('run.cancel', { exact: true })).toBeVisible();

  await page.getByRole('combobox', { name: 'Filter by action' }).click();
  await page.getByRole('option', { name: 'Queued a run' }).click();
  await expect(entries(page)).toHaveCount(1);
  await page.goto(`/admin/audit?jobRunId=${id}`);
  await expect(entries(page)).toContainText([/Cancelled a run/, /Queued a run/]);
  await entries(page)
    .first()
    .getByRole('link', { name: `#${id}` })
    .click();
  await expect(page).toHaveURL(`/admin/jobs/${id}`);

  await page.goto(`/admin/audit?actor=${admin.email}`);
  await expect(entries(page)).toHaveCount(4);
  const downloading = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Export CSV' }).click();
  const download = await downloading;
  expect(download.suggestedFilename()).toMatch(/\.csv$/);
  const lines = (await readFile(await download.path(), 'utf8')).trim().split('\n');
  expect(lines).toHaveLength(5);
  expect(lines[1]).toContain('run.cancel');
  expect(lines[1]).toContain(admin.email);
  await page.getByRole('button', { name: 'Refresh' }).click();
  await expect(entries(page).first()).toContainText('Exported the audit log');
});

/** The rows below the head. */
const entries = (page: Page): Locator =>
  page
    .getByRole('table', { name: 'Audit log' })
    .getByRole('row')
    .filter({ has: page.getByRole('button') });
