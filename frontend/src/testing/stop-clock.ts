import { vi } from 'vitest';

/**
 * Stops the clock, ours and the pretended server's, until `vi.setSystemTime`; timers go on. It stands at a
 * whole second, for the page counts in those: returns it.
 */
export function stopClock(): number {
  const now = Math.floor(Date.now() / 1_000) * 1_000;
  vi.useFakeTimers({ toFake: ['Date'], now });
  return now;
}
