import { vi } from 'vitest';

// Waits end as soon as what they wait for is so: only a test that fails waits this long. One second, the
// default, is too little for a machine that runs several suites at once.
const PATIENCE_MS = 20_000;

const { waitFor } = vi;
vi.waitFor = (condition, options) =>
  waitFor(condition, typeof options === 'number' ? options : { timeout: PATIENCE_MS, ...options });
