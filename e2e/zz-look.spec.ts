import { expect, test } from './fixtures/story.js';

const shots = '/tmp/shots';
test('looks', async ({ page, database, runs, request }) => {
  test.setTimeout(240_000);
  const api = async (method: string, path: string, data: object = {}) => {
    const answer = await page.request.fetch(`/api/admin/jobs${path}`, { method, data, headers: { origin: new URL(page.url()).origin } });
    expect(answer.status(), await answer.text()).toBeLessThan(300);
    return answer.json();
  };
  await page.goto('/admin/jobs/channels');
  const shoot = async (name: string) => {
    for (const [width, height] of [[1440, 900], [390, 844]] as const)
      for (const scheme of ['light', 'dark'] as const) {
        if (scheme === 'dark' && width === 390) continue;
        await page.setViewportSize({ width, height });
        await page.emulateMedia({ colorScheme: scheme });
        await page.waitForTimeout(400);
        await page.screenshot({ path: `${shots}/${name}-${width}-${scheme}.png`, fullPage: true });
      }
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.emulateMedia({ colorScheme: 'light' });
  };
  for (const [name, path] of [['schedules-empty', 'schedules']] as const) {
    await page.goto(`/admin/jobs/${path}`);
    await page.waitForTimeout(1000);
    await shoot(name);
  }
  const s1 = await api('POST', '/schedules', { name: 'nightly-trending', jobName: 'trending', cron: '0 3 * * *', timeZone: 'Europe/Berlin' });
  await api('POST', '/schedules', { name: 'every-minute-feed', jobName: 'feed-presort', cron: '* * * * *' });
  const s3 = await api('POST', '/schedules', { name: 'a-schedule-with-a-rather-long-name-that-goes-on-for-a-while', jobName: 'trending', everyMs: 3600000 });
  await api('POST', `/schedules/${s3.scheduleId}/pause`, { reason: 'Until the move to the new machines is over, which may take some days' });
  await database.query(`INSERT INTO "JobRun" ("jobName", status, "scheduleId", "dueAt", "finishedAt", "startedAt", "durationMs", attempt, "claimNo", trigger)
    SELECT 'trending', CASE WHEN n % 7 = 3 THEN 'FAILED' WHEN n % 11 = 5 THEN 'CANCELLED' ELSE 'SUCCESS' END::"JobRunStatus", $1, now() - n * interval '1 day', now() - n * interval '1 day', now() - n * interval '1 day', 1000 + 400 * (n % 9), 1, 1, 'CRON' FROM generate_series(1, 25) n`, [s1.scheduleId]);
  await database.query(`INSERT INTO "JobRunCount" (hour, "jobName", status, runs, "totalDurationMs") VALUES (date_trunc('hour', now()), 'trending', 'SUCCESS', 240, 2400000), (date_trunc('hour', now()), 'match-scores', 'FAILED', 60, 9000), (date_trunc('hour', now()), 'match-scores', 'SUCCESS', 12, 130000) ON CONFLICT DO NOTHING`);
  await api('PUT', '/channels/mail', { concurrency: 5, rateLimit: 100, ratePeriodMs: 60000, weight: 2, targetWaitMs: 300000 });
  await database.query(`INSERT INTO "JobRun" ("jobName", channel, "runAt", "queuedAt") SELECT 'trending', 'mail', now() - interval '9 minutes', now() - interval '9 minutes' FROM generate_series(1, 14)`);
  await api('POST', '/channels/mail/pause', { reason: 'The provider is down' });
  await api('PUT', '/definitions/match-scores/settings', { isCritical: true, priority: 3 });
  await api('POST', '/definitions/trending/pause', { reason: 'Wrong figures' });
  for (const [name, path] of [
    ['channels', 'channels'], ['channel', 'channels/mail'], ['schedules', 'schedules'], ['calendar', 'schedules?view=calendar'],
    ['schedule', `schedules/${s1.scheduleId}`], ['jobs', 'definitions'], ['job', 'definitions/match-scores'],
  ] as const) {
    await page.goto(`/admin/jobs/${path}`);
    await page.waitForTimeout(1200);
    await shoot(name);
  }
  await page.goto('/admin/jobs?new=match-scores');
  await page.waitForTimeout(1500);
  await shoot('form');
  await page.goto('/admin/jobs/channels');
  await page.getByRole('button', { name: 'Limits of mail' }).click();
  await page.waitForTimeout(700);
  await shoot('limits');
  await page.goto('/admin/jobs/schedules');
  await page.getByRole('button', { name: 'New schedule' }).click();
  await page.waitForTimeout(1500);
  await shoot('editor');
  await database.query('DELETE FROM "Schedule"; DELETE FROM "JobSettings"; DELETE FROM "Channel"; DELETE FROM "JobRunCount"');
});
