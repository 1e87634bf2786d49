import type { Page } from '@playwright/test';
import { historyRows } from './fixtures/job-manager.js';
import { expect, test } from './fixtures/story.js';
import { within } from './fixtures/within.js';

test.afterEach(async ({ database }) => {
  await database.query(
    `DELETE FROM "Channel"; TRUNCATE "IssueMute", "RunnerEvent"; DELETE FROM "Runner" WHERE status IN ('STOPPED', 'LOST')`,
  );
});

const issuesOf = (page: Page) => page.getByRole('region', { name: 'Hot issues' });

/** Presses Refresh until it holds: the server answers as it did up to ten seconds ago. */
const refreshedUntil = (page: Page, holds: () => Promise<void>) =>
  expect(async () => {
    await page.getByRole('button', { name: 'Refresh' }).first().click();
    await holds();
  }).toPass({ timeout: 60_000 });

test('60 failures of one cause are an issue that shows exactly these, and is muted for a while', async ({
  page,
  runs,
}) => {
  const ids = Array.from({ length: 60 }, (_, nr) => 9_000_000 + nr);
  await runs.insertEnded({ jobName: 'trending', status: 'FAILED', count: 2 });
  await page.goto('/admin/jobs/overview');
  const issue = issuesOf(page).getByRole('listitem').filter({ hasText: 'match-scores fails' });
  await within(
    '60 failures are an issue',
    30_000,
    async () => {
      for (const userId of ids) await runs.enqueue('match-scores', { userId });
    },
    () =>
      refreshedUntil(page, () =>
        expect(issue).toContainText('match-scores fails: 60 of 60 runs within an hour: “There is no user', {
          timeout: 2_000,
        }),
      ),
  );
  await expect(issue.getByRole('button', { name: 'Re-run 60 of match-scores' })).toBeVisible();
  await issue.getByRole('link', { name: /^Show/ }).click();
  await expect(page.getByText('Showing 1–50 of 60')).toBeVisible();
  await expect(historyRows(page)).toHaveCount(50);

  await page.goBack();
  await issue.getByRole('button', { name: /^More for/ }).click();
  await page.getByRole('menuitem', { name: 'Mute for 1 hour' }).click();
  await expect(issue).toHaveCount(0);
  await page.reload();
  await issuesOf(page).getByRole('button', { name: '1 muted' }).click();
  await issuesOf(page)
    .getByRole('button', { name: /^Unmute: match-scores/ })
    .click();
  await expect(issue).toHaveCount(1);

  await page.goto('/admin/dashboard');
  const failures = page.getByRole('region', { name: 'Recent Failures' });
  const cause = failures.getByRole('row').filter({ hasText: 'match-scores' });
  await refreshedUntil(page, () => expect(cause).toContainText('60 runs', { timeout: 2_000 }));
  await expect(cause).toHaveCount(1);
});

test('a channel over its target is red, and a killed runner misses its heartbeats', async ({
  page,
  request,
  runs,
  database,
  product,
}) => {
  test.slow();
  const headers = { origin: product.url };
  const set = { headers, data: { targetWaitMs: 10_000 } };
  await expect(await request.put('/api/admin/jobs/channels/mail', set)).toBeOK();
  await expect(await request.post('/api/admin/jobs/channels/mail/pause', { headers, data: {} })).toBeOK();
  const waiting = await runs.enqueue('trending', {}, { channel: 'mail' });
  const waitedFor = (seconds: number) =>
    database.query(
      `UPDATE "JobRun" SET "runAt" = clock_timestamp() - $2::int * interval '1 s', rev = rev + 1 WHERE id = $1`,
      [waiting, seconds],
    );
  await waitedFor(1);
  await page.goto('/admin/jobs/overview');
  const bar = page
    .getByRole('region', { name: 'Channel backlogs' })
    .getByRole('row', { name: /^mail/ })
    .locator('[data-tone]')
    .last();
  await expect(bar).not.toHaveAttribute('data-tone', 'failed', { timeout: 5_000 });
  // Its wait is counted by the clock: nothing is read again for it.
  await waitedFor(11);
  await refreshedUntil(page, () => expect(bar).toHaveAttribute('data-tone', 'failed', { timeout: 2_000 }));

  const pulse = page.getByRole('region', { name: 'Runner pulse' });
  const { rows } = await database.query<{ id: string; pid: number }>(
    `SELECT id, pid FROM "Runner" WHERE status = 'ACTIVE' ORDER BY "startedAt" DESC LIMIT 1`,
  );
  const [runner] = rows;
  // A heartbeat is due every 30 s: instead of the wait for those that do not come, those that came are set back.
  const killAndSetBack = async () => {
    process.kill(Number(runner?.pid), 'SIGKILL');
    await database.query(`UPDATE "RunnerBeat" SET at = at - interval '60 s' WHERE "runnerId" = $1`, [runner?.id]);
  };
  const lane = pulse.getByRole('listitem').filter({ hasText: `:${runner?.pid}` });
  await within('a killed runner has its cross and its issue, a minute apart', 30_000, killAndSetBack, () =>
    refreshedUntil(page, async () => {
      await expect(lane).toContainText('Lost', { timeout: 2_000 });
      await expect(lane.getByRole('img')).toHaveAccessibleName(/, [1-9]\d* missed$/, { timeout: 2_000 });
      await expect(issuesOf(page)).toContainText(`(process ${runner?.pid}) was lost`, { timeout: 2_000 });
      // The next one has come.
      await expect(pulse.getByRole('listitem')).toHaveCount(2, { timeout: 2_000 });
    }),
  );
});
