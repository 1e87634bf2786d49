import type { Locator } from '@playwright/test';
import { signIn } from './fixtures/accounts.js';
import { historyRow, toast } from './fixtures/job-manager.js';
import { inOwnProcess, slowly } from './fixtures/runs.js';
import { expect, signedOut, test } from './fixtures/story.js';

test('the system status shows the runner at work, and how the rest is doing', async ({ page, runs }) => {
  await runs.start('match-scores', slowly);
  await page.goto('/admin/jobs');
  await page
    .getByRole('link', { name: /^System status/ })
    .first()
    .click();
  await expect(page).toHaveURL('/admin/system-status');
  await expect(page.getByRole('region', { name: 'Verdict' })).toContainText(/OK|WARNING/);
  await expect(page.getByText(/^Checked/)).toBeVisible();
  const matrix = page.getByRole('table', { name: 'Service Matrix' });
  await expect(matrix.getByRole('row', { name: /^Database/ })).toContainText(/\d+(\.\d)? m?s for a small query/);
  await expect(matrix.getByRole('row', { name: /^LISTEN\/NOTIFY/ })).toContainText(/\d+(\.\d)? m?s round trip/);
  const runners = page.getByRole('region', { name: 'Runners' });
  await expect(runners.getByRole('row').nth(1)).toContainText(/Built in.*Active1 of 2/);
});

test('a stalled run is shown on the dashboard, explained and cleaned up on the system status', async ({
  page,
  runs,
}) => {
  test.slow();
  const verdict = page.getByRole('region', { name: 'Verdict' });
  await page.goto('/admin/system-status');
  // On a busy machine a slow database may be warned of as well.
  await expect(verdict).toContainText(/OK|WARNING/);
  await expect(verdict).not.toContainText('stalled');
  const id = await runs.insertSilent('match-scores', { batchSize: 20, pauseMs: 10 });
  // What the server measured answers again for a second, and for ten times as long as it took.
  const refreshUntil = (region: Locator, text: string) =>
    expect(async () => {
      await page.getByRole('button', { name: 'Refresh' }).click();
      await expect(region).toContainText(text, { timeout: 1_000 });
    }).toPass({ timeout: 30_000 });
  await refreshUntil(verdict.getByRole('list', { name: 'Reasons' }), 'stalled');
  await expect(verdict).toContainText('WARNING');

  await page.goto('/admin/dashboard');
  const hint = page.getByRole('link', { name: /System status$/ });
  await expect(hint).toContainText('stalled');
  await hint.click();
  const troubled = page.getByRole('region', { name: 'Stalled and slow runs' });
  await expect(troubled).toContainText(`match-scores #${id}`);
  await expect(troubled).toContainText('limit 5 minutes');
  await page.getByRole('button', { name: 'Clean Up Stalled' }).click();
  const question = page.getByRole('dialog', { name: 'Clean Up Stalled Jobs' });
  await expect(question).toContainText(`match-scores #${id}`);
  await question.getByRole('button', { name: 'Clean Up' }).click();
  await expect(toast(page, 'Cleaned 1 stalled job')).toBeVisible();
  await refreshUntil(troubled, 'None: every running job has a live heartbeat');
  await expect(verdict).not.toContainText('stalled');
  await runs.reach(id, 'SUCCESS', inOwnProcess);
});

test('an emergency cleanup fails exactly what it showed, after its confirmation was typed', async ({
  page,
  runs,
  database,
}) => {
  const first = await runs.start('match-scores', slowly);
  const second = await runs.start('profile-search-index', { batchSize: 1, pauseMs: 1_000 });
  await page.goto('/admin/system-status');
  await page.getByRole('button', { name: 'Emergency cleanup' }).click();
  const dialog = page.getByRole('dialog', { name: 'Emergency cleanup' });
  await expect(dialog.getByRole('listitem')).toHaveCount(2);
  await expect(dialog).toContainText(`match-scores #${first}`);
  const act = dialog.getByRole('button', { name: 'Fail 2 running jobs' });
  await expect(act).toBeDisabled();
  await dialog.getByLabel('Reason (optional)').fill('Bad deployment');
  await dialog.getByLabel(/^Type “FAIL ALL RUNNING JOBS”/).fill('FAIL ALL RUNNING JOBS');
  await act.click();
  await expect(dialog).toContainText('Failed 2 running jobs.');
  expect([await runs.status(first), await runs.status(second)]).toEqual(['FAILED', 'FAILED']);
  const audited = await database.query(
    `SELECT 1 FROM "AuditEvent" WHERE "runId" IN ($1, $2) AND action = 'run.emergency-fail'`,
    [first, second],
  );
  expect(audited.rowCount).toBe(2);
  await dialog.getByRole('button', { name: 'Close' }).last().click();
  await page.goto('/admin/jobs/history');
  await expect(historyRow(page, first)).toContainText('Failed');
});

test.describe('as an admin', () => {
  test.use({ storageState: signedOut });

  test('an admin may clean up, but sees no emergency', async ({ page, accounts }) => {
    await page.goto('/admin/system-status');
    await signIn(page, await accounts.create('ADMIN'));
    await expect(page.getByRole('button', { name: 'Clean Up Stalled' })).toBeVisible();
    await expect(page.getByRole('button', { name: 'Emergency cleanup' })).toBeHidden();
    await page.getByRole('button', { name: 'Administration' }).click();
    const pages = page.getByRole('navigation', { name: 'Main' }).getByRole('link');
    await expect(pages.nth(-2)).toHaveText('Browser errors');
    await expect(pages.last()).toHaveText('Audit log');
  });
});
