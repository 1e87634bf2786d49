export { type Clock, type ClockOptions, installClock } from './clock.js';
export { type DrainedRun, DrainLimitError, type DrainOptions } from './drain.js';
export { assertEnqueued, assertNotEnqueued, type EnqueuedRun, type ExpectedRun, findEnqueued } from './enqueued.js';
export { createTestKit, type TestKit, type TestKitOptions } from './kit.js';
export { type RunJobOptions, type RunOutcome, runJob } from './run-job.js';
export { createTestSchema, type TestSchema } from './test-schema.js';
