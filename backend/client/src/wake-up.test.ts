import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { WakeUp } from './wake-up.js';

let sent: string[];
let wakeUp: WakeUp;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  sent = [];
  wakeUp = new WakeUp(async () => sent.push('later'));
});
afterEach(() => vi.useRealTimers());

const atOnce = async () => sent.push('at once');

it('sends at once after a pause, by the given function', () => {
  void wakeUp.queued(atOnce);
  expect(sent).toEqual(['at once']);
});

it('sends once more after five milliseconds, however many calls there were', async () => {
  for (let count = 0; count < 100; count++) void wakeUp.queued(atOnce);
  await vi.advanceTimersByTimeAsync(4);
  expect(sent).toEqual(['at once']);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(sent).toEqual(['at once', 'later']);
});

it('lets a statement notify, and counts that as sent', async () => {
  expect(wakeUp.takeTurn()).toBe(true);
  expect(wakeUp.takeTurn()).toBe(false);
  void wakeUp.queued(atOnce);
  expect(sent).toEqual([]);
  await vi.advanceTimersByTimeAsync(5);
  expect(sent).toEqual(['later']);
});

it('flushes what is left', async () => {
  for (let count = 0; count < 3; count++) void wakeUp.queued(atOnce);
  await wakeUp.flush();
  await wakeUp.flush();
  expect(sent).toEqual(['at once', 'later']);
});

it('ignores a failed notification', async () => {
  const failing = new WakeUp(() => Promise.reject(new Error('the database is away')));
  await failing.queued();
  await failing.flush();
});
