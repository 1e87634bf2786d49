import { queuedCap } from '@job-manager/shared/live';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../testing/database.js';
import { readActiveSnapshot } from './active.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(() => database.pool.query('DELETE FROM "JobRun"'));

/** Queues runs, the later ones due later; returns their ids. */
async function queue(count: number, run: { channel?: string; priority?: number; blocked?: boolean } = {}) {
  const { channel = 'default', priority = 0, blocked = false } = run;
  const added = await database.pool.query<{ id: string }>(
    `INSERT INTO "JobRun" ("jobName", channel, priority, "isBlocked", "runAt")
     SELECT 'work', $1, $2, $3, timestamptz '2026-01-01' + n * interval '1 ms' FROM generate_series(1, $4) n RETURNING id`,
    [channel, priority, blocked, count],
  );
  return added.rows.map(({ id }) => id);
}
const shown = async () => (await readActiveSnapshot(database.pool)).rows.map(({ id }) => id);

it('shows queued runs of all channels by priority, then by time, and last those that wait for others', async () => {
  const waiting = await queue(2, { channel: 'a', priority: -9, blocked: true });
  const [a1, a2] = await queue(2, { channel: 'b' });
  const urgent = await queue(1, { channel: 'c', priority: -1 });
  const [b1, b2] = await queue(2, { channel: 'a' });
  expect(await shown()).toEqual([...urgent, a1, b1, a2, b2, ...waiting]);
});

it('shows no more than 200 that are queued, those that wait for others only where there is room', async () => {
  const waiting = await queue(30, { blocked: true });
  const urgent = await queue(90, { channel: 'mail', priority: -1 });
  const others = await queue(90, { priority: 5 });
  expect(await shown()).toEqual([...urgent, ...others, ...waiting.slice(0, 20)]);
  const first = await queue(150, { priority: -2 });
  expect(await shown()).toEqual([...first, ...urgent.slice(0, 50)]);
});

it('counts all that are queued, up to its cap', async () => {
  await queue(20, { blocked: true });
  await queue(30, { channel: 'mail' });
  expect(await readActiveSnapshot(database.pool)).toMatchObject({ queued: 50 });
  await queue(queuedCap, { priority: 3 });
  expect(await readActiveSnapshot(database.pool)).toMatchObject({ queued: queuedCap + 1 });
});
