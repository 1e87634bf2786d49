import { expect, test } from 'vitest';
import { createReconnectPause, reconnectDelay } from './reconnect-pause';

test('connects at once the first time', () => {
  expect(reconnectDelay(0, () => 1)).toBe(0);
});

test('waits longer with each failure, up to a quarter of a minute', () => {
  const longest = [1, 2, 3, 4, 5, 6, 20].map((failures) => Math.round(reconnectDelay(failures, () => 1)));
  expect(longest).toEqual([1_800, 2_850, 4_635, 7_669, 12_828, 15_300, 15_300]);
});

test('spreads tabs that lost the server together over the whole wait', () => {
  const soonest = reconnectDelay(1, () => 0);
  const latest = reconnectDelay(1, () => 1);
  expect(soonest).toBe(300);
  expect(latest - soonest).toBe(1_500);
});

test('ends early when cut short', async () => {
  const pause = createReconnectPause();
  const waited = pause.wait(1_000_000);
  pause.cutShort();
  await expect(waited).resolves.toBeUndefined();
});
