import { vi } from 'vitest';

// Waits end as soon as what they wait for is so: only a test that fails waits this long, as `vitest.config.ts` says. One
// second, the default, is too little for a busy machine.
const TIMEOUT_MS = Number(process.env.WAIT_TIMEOUT_MS);

/** Half of the default: often what is waited for is a few milliseconds away. Where a test holds the clock, each look moves it on by the default. */
const INTERVAL_MS = 25;

const { waitFor } = vi;
vi.waitFor = (condition, options) => {
  const pace = { timeout: TIMEOUT_MS, ...(!vi.isFakeTimers() && { interval: INTERVAL_MS }) };
  return waitFor(condition, typeof options === 'number' ? options : { ...pace, ...options });
};
