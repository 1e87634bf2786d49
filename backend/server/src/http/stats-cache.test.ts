import type { JobStats } from '@job-manager/shared/contract/run';
import { expect, it } from 'vitest';
import { createStatsCache } from './stats-cache.js';

/** A cache over reads that a test resolves, and a clock that a test moves. */
function trial() {
  const readings: { finish(): void; fail(): void }[] = [];
  let now = 0;
  const read = () =>
    new Promise<JobStats>((resolve, reject) => {
      const stats = statsNo(readings.length);
      readings.push({ finish: () => resolve(stats), fail: () => reject(new Error('no database')) });
    });
  const cache = createStatsCache(read, () => now);
  const wait = (ms: number) => {
    now += ms;
  };
  return { cache, readings, wait };
}

const statsNo = (active: number): JobStats => ({
  active,
  queued: 0,
  stalled: 0,
  ...{ pending: 0, scheduled: 0, blocked: 0, retrying: 0, slots: 0 },
  previous: { pending: null, running: null, scheduled: null, completed: null, failed: null },
  last24h: { total: 0, success: 0, failed: 0, cancelled: 0 },
  updatedAt: '2026-01-01T00:00:00.000Z',
});
const active = (answers: Promise<JobStats>[]) => Promise.all(answers).then((all) => all.map((stats) => stats.active));
/** Lets promises that are due run. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

it('reads once for all calls at the same time', async () => {
  const { cache, readings } = trial();
  const answers = [cache.get(), cache.get(), cache.get()];
  readings[0]?.finish();
  expect(await active(answers)).toEqual([0, 0, 0]);
  expect(readings).toHaveLength(1);
});

it('answers from memory for 30 seconds', async () => {
  const { cache, readings, wait } = trial();
  const first = cache.get();
  readings[0]?.finish();
  await first;
  wait(29_999);
  expect((await cache.get()).active).toBe(0);
  wait(1);
  const later = cache.get();
  readings[1]?.finish();
  expect((await later).active).toBe(1);
});

it('reads again for a refresh, and keeps that for the others', async () => {
  const { cache, readings } = trial();
  const first = cache.get();
  readings[0]?.finish();
  await first;
  const refreshed = cache.refresh();
  readings[1]?.finish();
  expect((await refreshed).active).toBe(1);
  expect((await cache.get()).active).toBe(1);
});

it('never answers a refresh with a reading that had begun before it', async () => {
  const { cache, readings } = trial();
  const reading = cache.get();
  const refreshes = [cache.refresh(), cache.refresh()];
  readings[0]?.finish();
  expect((await reading).active).toBe(0);
  await settle();
  readings[1]?.finish();
  expect(await active(refreshes)).toEqual([1, 1]);
  expect(readings).toHaveLength(2);
});

it('tries again after a reading that failed', async () => {
  const { cache, readings } = trial();
  const failed = cache.get();
  const refreshed = cache.refresh();
  readings[0]?.fail();
  await expect(failed).rejects.toThrow('no database');
  await settle();
  readings[1]?.finish();
  expect((await refreshed).active).toBe(1);
});
