import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Notifier } from './notifier.js';
import type { Sql } from './sql.js';

/** The names of the channels that each statement told. */
let said: string[][];
let notifier: Notifier;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  said = [];
  const query = async ({ values: [names] }: { values: [string[]] }) => {
    said.push(names);
  };
  notifier = new Notifier({ query } as unknown as Sql);
});
afterEach(() => vi.useRealTimers());

const queued = ['job_manager_queued', 'job_manager_changed'];

it('says at once that runs wait', async () => {
  notifier.queued();
  expect(said).toEqual([queued]);
});

it('says so once more, and not before five milliseconds are over, however many follow', async () => {
  for (let count = 0; count < 100; count++) notifier.queued();
  await vi.advanceTimersByTimeAsync(4);
  expect(said).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(said).toEqual([queued, queued]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(said).toHaveLength(2);
});

it('gathers what no caller waits for, and sends it along with what one does', async () => {
  notifier.wroteMessages('7');
  await vi.advanceTimersByTimeAsync(4);
  expect(said).toEqual([]);
  notifier.queued();
  expect(said).toEqual([[...queued, 'job_manager_messages']]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(said).toHaveLength(1);
});

it('sends all of it when it is told to, and forgets nothing that comes meanwhile', async () => {
  notifier.changed();
  const flushed = notifier.flush();
  notifier.cancelRequested('7');
  await flushed;
  expect(said).toEqual([['job_manager_changed'], ['job_manager_changed', 'job_manager_cancel']]);
});

it('lets a statement say it, and counts that as said', async () => {
  expect(notifier.takeTurn()).toBe(true);
  expect(notifier.takeTurn()).toBe(false);
  notifier.queued();
  expect(said).toEqual([]);
  await vi.advanceTimersByTimeAsync(5);
  expect(said).toEqual([queued]);
  expect(notifier.takeTurn()).toBe(false);
  await vi.advanceTimersByTimeAsync(5);
  expect(notifier.takeTurn()).toBe(true);
});
