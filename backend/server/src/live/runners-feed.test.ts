import { setTimeout as delay } from 'node:timers/promises';
import type { Sql } from '@job-manager/engine/store/sql';
import { createTestDatabase, type TestDatabase } from '@job-manager/engine/testing/database';
import { someRunner } from '@job-manager/engine/testing/some-runner';
import type { ServerMessage } from '@job-manager/shared/live';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { RunnersFeed } from './runners-feed.js';

let database: TestDatabase;
let queries = 0;
let feed: RunnersFeed;
const leave: (() => void)[] = [];
beforeAll(async () => {
  database = await createTestDatabase();
});
beforeEach(() => {
  queries = 0;
  feed = feedEvery(10);
});
afterEach(async () => {
  for (const each of leave.splice(0)) each();
  await database.clear();
});
afterAll(() => database.drop());

function feedEvery(pollMs: number): RunnersFeed {
  const query = ((text: string, values?: unknown[]) => {
    queries += 1;
    return database.pool.query(text, values);
  }) as Sql['query'];
  return new RunnersFeed({ sql: { query }, pollMs });
}

/** Who follows the runners; what was sent to them stands in `received`. */
function follow() {
  const received: ServerMessage[] = [];
  const viewer = {
    isReady: true,
    send: (message: { textAt(seq: number): Buffer }) =>
      void received.push(JSON.parse(message.textAt(0).toString()) as ServerMessage),
  };
  const end = feed.follow(viewer);
  leave.push(end);
  return { viewer, received, end, types: () => received.map(({ type }) => type.replace('server.admin.', '')) };
}
const beat = (id: string, loopLagMs: number) =>
  database.pool.query('UPDATE "Runner" SET "loopLagMs" = $2 WHERE id = $1', [id, loopLagMs]);

it('sends the runners first, then each that changes alone, and what happened to it', async () => {
  const [first, second] = [await someRunner(database.pool), await someRunner(database.pool)];
  const { received, types } = follow();
  await vi.waitFor(() => expect(types()).toEqual(['runners_snapshot']));
  expect(received[0]).toMatchObject({ data: { runners: [{}, {}] } });
  await beat(second, 3);
  await vi.waitFor(() => expect(types()).toHaveLength(2));
  expect(received[1]).toMatchObject({
    type: 'server.admin.runner_changed',
    data: { runner: { id: second, loopLagMs: 3 } },
  });
  await database.pool.query(`UPDATE "Runner" SET status = 'LOST' WHERE id = $1`, [first]);
  // Runners are read before events: either may be seen first.
  await vi.waitFor(() => expect(types().slice(2).sort()).toEqual(['runner_changed', 'runner_event']));
  expect(received).toContainEqual(
    expect.objectContaining({ data: { event: expect.objectContaining({ runnerId: first, kind: 'lost' }) } }),
  );
});

it('sends the whole again once a runner is removed, and to one that was behind', async () => {
  const [gone, stays] = [await someRunner(database.pool), await someRunner(database.pool)];
  const [behind, other] = [follow(), follow()];
  await vi.waitFor(() => expect([behind.types(), other.types()].flat()).toHaveLength(2));
  behind.viewer.isReady = false;
  await beat(stays, 3);
  await vi.waitFor(() => expect(other.types()).toEqual(['runners_snapshot', 'runner_changed']));
  expect(behind.types()).toEqual(['runners_snapshot']);
  behind.viewer.isReady = true;
  await vi.waitFor(() => expect(behind.types()).toEqual(['runners_snapshot', 'runners_snapshot']));
  expect(behind.received.at(-1)).toMatchObject({
    data: { runners: expect.arrayContaining([expect.objectContaining({ id: stays, loopLagMs: 3 })]) },
  });
  await database.pool.query('DELETE FROM "Runner" WHERE id = $1', [gone]);
  await vi.waitFor(() => expect(other.types().at(-1)).toBe('runners_snapshot'));
  expect(other.received.at(-1)).toMatchObject({ data: { runners: [{ id: stays }] } });
});

it('reads once for all who follow', async () => {
  await someRunner(database.pool);
  feed = feedEvery(3_600_000);
  const viewers = [follow(), follow(), follow()];
  await vi.waitFor(() => expect(viewers.map(({ types }) => types().length)).toEqual([1, 1, 1]));
  // The runners, and what happened to them.
  expect(queries).toBe(2);
});

it('reads nothing once no viewer follows, and restarts for the next', async () => {
  const id = await someRunner(database.pool);
  const first = follow();
  await vi.waitFor(() => expect(first.types()).toHaveLength(1));
  first.end();
  // A read under way when the last one leaves may still end.
  await vi.waitFor(async () => {
    const before = queries;
    await delay(100);
    expect(queries).toBe(before);
  });
  await beat(id, 7);
  const next = follow();
  await vi.waitFor(() => expect(next.received).toMatchObject([{ data: { runners: [{ id, loopLagMs: 7 }] } }]));
  expect(first.types()).toHaveLength(1);
});
