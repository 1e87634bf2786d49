import { expectAccessible } from './fixtures/accessibility.js';
import { expect, test } from './fixtures/story.js';
import { within } from './fixtures/within.js';

test('a test batch of ten is executed by the runner, and all of it is right', async ({ page, database }) => {
  await page.goto('/admin/jobs/manage?tile=test');
  await page.getByRole('button', { name: 'Test the queue…' }).click();
  const question = page.getByRole('dialog', { name: 'Run a test batch' });
  const result = page.getByRole('dialog', { name: 'The queue works' });
  await within(
    'A test batch of ten until all is right',
    10_000,
    () => question.getByRole('button', { name: 'Run 10 runs' }).click(),
    () => expect(result).toContainText('10 of 10 runs ended', { timeout: 100_000 }),
  );
  const runs = await database.query(
    `SELECT count(*)::int AS runs, count(*) FILTER (WHERE status = 'SUCCESS' AND "claimNo" = 1)::int AS once FROM "JobRun" WHERE "jobName" = 'queue-self-test'`,
  );
  expect(runs.rows).toEqual([{ runs: 10, once: 10 }]);
});

test('sixty failed runs of one cause are run again in three clicks', async ({ page, runs, database }) => {
  await runs.insertEnded({ jobName: 'trending', count: 60, status: 'FAILED' });
  await runs.insertEnded({ jobName: 'match-scores', status: 'FAILED' });
  await page.addInitScript(() => {
    const count = () => sessionStorage.setItem('clicks', String(Number(sessionStorage.getItem('clicks') ?? 0) + 1));
    document.addEventListener('click', (event) => event.isTrusted && count(), { capture: true });
  });
  await page.goto('/admin/jobs/history');
  await page.getByRole('button', { name: 'Group by cause' }).click();
  await page.getByRole('button', { name: 'Re-run 60 runs of trending' }).click();
  const question = page.getByRole('dialog');
  await expect(question).toContainText('and 50 more');
  await expectAccessible(page);
  await question.getByRole('button', { name: 'Re-run 60 runs' }).click();
  await expect(page.getByRole('alert').filter({ hasText: '60 runs queued again' })).toBeVisible();
  expect(await page.evaluate(() => sessionStorage.getItem('clicks'))).toBe('3');

  const again = await database.query(
    `SELECT count(DISTINCT n."rerunOfId")::int AS originals, count(*)::int AS runs FROM "JobRun" n
     JOIN "JobRun" o ON o.id = n."rerunOfId" WHERE o."jobName" = 'trending' AND o.status = 'FAILED'`,
  );
  expect(again.rows).toEqual([{ originals: 60, runs: 60 }]);
});
