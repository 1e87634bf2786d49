import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { WakeUp } from './wake-up.js';

let said: string[];
let wakeUp: WakeUp;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  said = [];
  wakeUp = new WakeUp(async () => said.push('later'));
});
afterEach(() => vi.useRealTimers());

const atOnce = async () => said.push('at once');

it('says it at once where it was not said just now, by the way it is given', () => {
  void wakeUp.queued(atOnce);
  expect(said).toEqual(['at once']);
});

it('says it once more when five milliseconds are over, however often it is asked to', async () => {
  for (let count = 0; count < 100; count++) void wakeUp.queued(atOnce);
  await vi.advanceTimersByTimeAsync(4);
  expect(said).toEqual(['at once']);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(said).toEqual(['at once', 'later']);
});

it('lets a statement say it, and counts that as said', async () => {
  expect(wakeUp.takeTurn()).toBe(true);
  expect(wakeUp.takeTurn()).toBe(false);
  void wakeUp.queued(atOnce);
  expect(said).toEqual([]);
  await vi.advanceTimersByTimeAsync(5);
  expect(said).toEqual(['later']);
});

it('says what is left when it is told to', async () => {
  for (let count = 0; count < 3; count++) void wakeUp.queued(atOnce);
  await wakeUp.flush();
  await wakeUp.flush();
  expect(said).toEqual(['at once', 'later']);
});

it('takes it that nobody hears', async () => {
  const silent = new WakeUp(() => Promise.reject(new Error('the database is away')));
  await silent.queued();
  await silent.flush();
});
