import { vi } from 'vitest';

// Waits end as soon as what they wait for is so: only a test that fails waits this long. One second, the
// default, is too little for a machine that runs several suites at once.
const PATIENCE_MS = 20_000;

/** Half of the default: often what is waited for is a few milliseconds away. Where a test holds the clock, each look moves it on by the default. */
const INTERVAL_MS = 25;

const { waitFor } = vi;
vi.waitFor = (condition, options) => {
  const pace = { timeout: PATIENCE_MS, ...(!vi.isFakeTimers() && { interval: INTERVAL_MS }) };
  return waitFor(condition, typeof options === 'number' ? options : { ...pace, ...options });
};
