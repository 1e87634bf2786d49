import { afterEach, expect, test, vi } from 'vitest';
import { watchWakeUps } from './wake-ups';

let stop = () => {};
afterEach(() => stop());

test('notices that the machine slept', async () => {
  vi.useFakeTimers();
  const onWakeUp = vi.fn();
  stop = watchWakeUps(onWakeUp);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(onWakeUp).not.toHaveBeenCalled();
  // The clock went on while the timers stood still.
  vi.setSystemTime(Date.now() + 3_600_000);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(onWakeUp).toHaveBeenCalledOnce();
});

test('listens no more once stopped', () => {
  const onWakeUp = vi.fn();
  stop = watchWakeUps(onWakeUp);
  stop();
  window.dispatchEvent(new Event('online'));
  document.dispatchEvent(new Event('visibilitychange'));
  expect(onWakeUp).not.toHaveBeenCalled();
});
