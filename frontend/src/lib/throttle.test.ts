import { beforeEach, expect, test, vi } from 'vitest';
import { throttle } from './throttle';

beforeEach(() => {
  vi.useFakeTimers();
});

test('acts at once, then once for all calls within the interval', () => {
  const act = vi.fn();
  const throttled = throttle(act, 1_000);
  for (let i = 0; i < 100; i++) throttled();
  expect(act).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(1_000);
  expect(act).toHaveBeenCalledTimes(2);
  vi.advanceTimersByTime(10_000);
  expect(act).toHaveBeenCalledTimes(2);
});

test('forgets a waiting call when stopped', () => {
  const act = vi.fn();
  const throttled = throttle(act, 1_000);
  throttled();
  throttled();
  throttled.stop();
  vi.advanceTimersByTime(5_000);
  expect(act).toHaveBeenCalledTimes(1);
});
