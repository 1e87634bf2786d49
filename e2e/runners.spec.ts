import type { Locator, Page } from '@playwright/test';
import { type Database, slowly } from './fixtures/runs.js';
import { expect, test } from './fixtures/story.js';
import { within } from './fixtures/within.js';

// The server's own runner; the next one has the same name but for its process id.
test.afterEach(async ({ database }) => {
  await database.query(`DELETE FROM "Runner" WHERE status IN ('STOPPED', 'LOST')`);
  await database.query('TRUNCATE "RunnerCommand", "RunnerEvent"');
});

test('a runner is drained, resumed and restarted without losing a run, and the panel shows its crash', async ({
  page,
  runs,
  database,
}) => {
  test.slow();
  await page.goto('/admin/jobs/runners');
  const former = await onlyRunner(page);
  await runs.block('MatchScore');
  const first = await runs.start('match-scores');
  await expect(former.card).toContainText('1 of 2 slots');
  await page.getByRole('button', { name: `Drain ${former.name}` }).click();
  await expect(page.getByRole('dialog')).toContainText('1 run is executed there now.');
  await within(
    'a drain is on the card',
    2_000,
    () => confirm(page, 'Drain'),
    () => expect(former.card).toContainText('Draining'),
  );
  await expect(former.card).toContainText(/Drain requested .* → accepted/);

  const second = await runs.enqueue('match-scores', slowly);
  await runs.unblock();
  await expect(former.card).toContainText(/Drain requested .* → drained/);
  expect(await outcomes(database, first, second)).toEqual(['SUCCESS 1', 'QUEUED 0']);

  await page.getByRole('button', { name: `Resume ${former.name}` }).click();
  await runs.reach(second, 'RUNNING');
  await expect(former.card).toContainText('1 of 2 slots');
  await page.getByRole('button', { name: `Restart ${former.name}` }).click();
  await within(
    'a restarted runner has a successor',
    10_000,
    () => confirm(page, 'Restart'),
    async () => {
      await expect(former.card).toBeHidden({ timeout: 30_000 });
      await onlyRunner(page);
    },
  );
  const next = await onlyRunner(page);
  expect(next.name).not.toBe(former.name);
  await expect(next.card).toContainText('1 of 2 slots');
  expect(await outcomes(database, second)).toEqual(['RUNNING 1']);
  await runs.cancel(second);
  await runs.reach(second, 'CANCELLED');

  process.kill(Number(next.name.split(':').at(-1)), 'SIGKILL');
  await expect(next.card).toContainText('Lost');
  await expect(next.card.getByRole('img', { name: 'Its heartbeats have ended' })).toBeVisible();
  const events = page.getByRole('region', { name: 'Runner events' });
  const lost = events.getByRole('row').filter({ hasText: next.name }).filter({ hasText: 'Lost: its process died' });
  await expect(lost).toBeVisible();
});

/** The one that works, as soon as it is the only one. */
async function onlyRunner(page: Page): Promise<{ name: string; card: Locator }> {
  const active = page.getByRole('listitem').filter({ hasText: 'Active' }).filter({ hasText: 'heartbeat' });
  await expect(active).toHaveCount(1, { timeout: 30_000 });
  const name = (await active.getAttribute('aria-label')) ?? '';
  return { name, card: page.getByRole('listitem', { name, exact: true }) };
}

const confirm = (page: Page, name: string) =>
  page.getByRole('dialog').getByRole('button', { name, exact: true }).click();

/** How the runs stand, with the attempts that they have used. */
async function outcomes(database: Database, ...ids: string[]): Promise<string[]> {
  const { rows } = await database.query<{ outcome: string }>(
    `SELECT status || ' ' || attempt AS outcome FROM "JobRun" WHERE id = ANY ($1) ORDER BY id`,
    [ids],
  );
  return rows.map(({ outcome }) => outcome);
}
