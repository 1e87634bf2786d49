import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, test, vi } from 'vitest';
import { ClaimLoop, type ClaimLoopOptions } from './claim-loop.js';
import { QueueEvents } from './events.js';
import { HeldRuns } from './held-runs.js';
import { Reachability } from './reachability.js';
import { createRegistry } from './registry.js';

const STATEMENT_MS = 5;

/** Answers each claim with one run, as if no other waited, or with none. */
const query = vi.fn(async (): Promise<{ rows: object[] }> => {
  await delay(STATEMENT_MS);
  return { rows: [row] };
});
const runs = JSON.stringify([[1, '1', 'note', 'default', 0, {}, 1, 1, 1, null, null, 0, 3, null, null]]);
const row = { runs, startedAtMs: 0, channels: 1, dueLanes: 1, sought: 10, isLimited: false, claimAgainMs: null };
const take = vi.fn();

const loops: ClaimLoop[] = [];
function startLoop(slots: ClaimLoopOptions['slots'] = { free: 10, waiting: 0, nextPriority: undefined }): ClaimLoop {
  const events = new QueueEvents();
  const loop = new ClaimLoop({
    sql: { query } as unknown as ClaimLoopOptions['sql'],
    runnerId: 'a',
    registry: createRegistry([]),
    concurrency: 10,
    pollMs: 60_000,
    refused: () => [],
    held: new HeldRuns(10),
    notifier: { changed: () => {} },
    events,
    database: new Reachability(events),
    isNotified: () => true,
    slots,
    prefetch: { limit: 0, claimed: () => {} },
    take,
  });
  loops.push(loop);
  loop.start();
  return loop;
}

afterEach(async () => {
  for (const loop of loops.splice(0)) await loop.stop();
  vi.clearAllMocks();
});

test('a runner that is called again and again claims what comes in few turns', async () => {
  const loop = startLoop();
  const begin = performance.now();
  const elapsed = () => performance.now() - begin;
  const claims = () => query.mock.calls.length;
  // A busy machine may give this process few turns in such a time.
  for (; elapsed() < 600 || claims() <= 3; await delay(1)) loop.wakeUp();
  // A third of the time, and what was saved before.
  expect(claims()).toBeLessThan(elapsed() / STATEMENT_MS / 2);
});

test('a single call wakes the loop at once', async () => {
  const loop = startLoop();
  await vi.waitFor(() => expect(take).toHaveBeenCalledTimes(1));
  await delay(100);
  loop.wakeUp();
  await Promise.resolve();
  await vi.waitFor(() => expect(query).toHaveBeenCalledTimes(2), { interval: 1 });
});

test('a run that is announced to an idle runner is claimed by its id, and then whatever is due', async () => {
  const none = { ...row, runs: null, channels: 0, dueLanes: 0 };
  query.mockResolvedValueOnce({ rows: [none] });
  const loop = startLoop();
  const names = () => (query.mock.calls as unknown as [{ name: string; values: unknown[] }][]).map(([sent]) => sent);
  await vi.waitFor(() => expect(query).toHaveBeenCalledTimes(1));
  // It sleeps once the answer has come.
  await vi.waitFor(() => {
    loop.wakeUp('7');
    expect(names().map(({ name }) => name)).toContain('claim-by-id');
  });
  await vi.waitFor(() => expect(names().at(-1)?.name).toBe('claim'));
  const byId = names().findIndex(({ name }) => name === 'claim-by-id');
  expect(names()[byId]?.values).toContain('7');
  expect(names()[byId + 1]?.name).toBe('claim');
});

test('while prefetched runs wait, an announcement makes it claim more urgent ones, in few turns', async () => {
  const loop = startLoop({ free: 0, waiting: 500, nextPriority: 3 });
  const queries = () => (query.mock.calls as unknown as [{ name: string; values: unknown[] }][]).map(([sent]) => sent);
  loop.wakeUp();
  await vi.waitFor(() => expect(take).toHaveBeenCalledTimes(1));
  expect(queries()).toMatchObject([{ name: 'claim-urgent', values: expect.arrayContaining([3]) }]);
  const begin = performance.now();
  for (; performance.now() - begin < 300; await delay(1)) loop.wakeUp();
  expect(queries().length).toBeLessThan((performance.now() - begin) / STATEMENT_MS / 2);
});

test('room for more runs is no announcement', async () => {
  const loop = startLoop({ free: 0, waiting: 500, nextPriority: 3 });
  loop.useRoom();
  await delay(20);
  expect(query).not.toHaveBeenCalled();
});
