import { vi } from 'vitest';

// `vi.waitFor` ends as soon as its condition holds: only a failing test waits this long, which `vitest.config.ts` sets.
// One second, the default, is too little for a busy machine.
const TIMEOUT_MS = Number(process.env.WAIT_TIMEOUT_MS);

/**
 * Half of the default, because conditions often hold after a few milliseconds. With fake timers the default stays: each
 * check advances them by it.
 */
const INTERVAL_MS = 25;

const { waitFor } = vi;
vi.waitFor = (condition, options) => {
  const bounds = { timeout: TIMEOUT_MS, ...(!vi.isFakeTimers() && { interval: INTERVAL_MS }) };
  return waitFor(condition, typeof options === 'number' ? options : { ...bounds, ...options });
};
