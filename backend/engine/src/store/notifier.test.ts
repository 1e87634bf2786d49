import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Notifier } from './notifier.js';
import type { Sql } from './sql.js';

/** The names of the topics that each statement notified. */
let sent: string[][];
let notifier: Notifier;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  sent = [];
  const query = async ({ values: [names] }: { values: [string[]] }) => {
    sent.push(names);
  };
  notifier = new Notifier({ query } as unknown as Sql);
});
afterEach(() => vi.useRealTimers());

const queued = ['job_manager_queued', 'job_manager_changed'];

it('notifies at once that runs wait', async () => {
  notifier.queued();
  expect(sent).toEqual([queued]);
});

it('notifies once more, and not before five milliseconds are over, however many follow', async () => {
  for (let count = 0; count < 100; count++) notifier.queued();
  await vi.advanceTimersByTimeAsync(4);
  expect(sent).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(sent).toEqual([queued, queued]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(sent).toHaveLength(2);
});

it('collects what no runner waits for, and sends it along with what one does', async () => {
  notifier.wroteMessages('7');
  await vi.advanceTimersByTimeAsync(4);
  expect(sent).toEqual([]);
  notifier.queued();
  expect(sent).toEqual([[...queued, 'job_manager_messages']]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(sent).toHaveLength(1);
});

it('flushes all of it, and loses nothing that comes meanwhile', async () => {
  notifier.changed();
  const flushed = notifier.flush();
  notifier.cancelRequested('7');
  await flushed;
  expect(sent).toEqual([['job_manager_changed'], ['job_manager_changed', 'job_manager_cancel']]);
});

it('lets a statement notify, and counts that as sent', async () => {
  expect(notifier.takeTurn()).toBe(true);
  expect(notifier.takeTurn()).toBe(false);
  notifier.queued();
  expect(sent).toEqual([]);
  await vi.advanceTimersByTimeAsync(5);
  expect(sent).toEqual([queued]);
  expect(notifier.takeTurn()).toBe(false);
  await vi.advanceTimersByTimeAsync(5);
  expect(notifier.takeTurn()).toBe(true);
});
