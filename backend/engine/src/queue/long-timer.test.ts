import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LongTimer } from './long-timer.js';

const DAY_MS = 86_400_000;
beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('a timer', () => {
  it.each([0, 5, 24 * DAY_MS, 60 * DAY_MS])('acts after %d ms and not before', async (ms) => {
    const act = vi.fn();
    new LongTimer(act, ms);
    await vi.advanceTimersByTimeAsync(Math.max(0, ms - 1));
    expect(act).toHaveBeenCalledTimes(ms === 0 ? 1 : 0);
    await vi.advanceTimersByTimeAsync(1);
    expect(act).toHaveBeenCalledTimes(1);
  });

  it('of months can be cleared in any of its parts', async () => {
    const act = vi.fn();
    const timer = new LongTimer(act, 60 * DAY_MS);
    await vi.advanceTimersByTimeAsync(50 * DAY_MS);
    timer.clear();
    await vi.advanceTimersByTimeAsync(50 * DAY_MS);
    expect(act).not.toHaveBeenCalled();
  });
});
