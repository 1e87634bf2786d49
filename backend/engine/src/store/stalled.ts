import { settingOfJob } from './job-settings.js';

/**
 * Which RUNNING runs are stalled, as an SQL condition over JobRun: those of runners without a heartbeat for `afterMs`
 * (an SQL expression) or for the time that operators set of their job, those of external programs after their
 * `inactivityTimeoutMs`.
 */
export const isStalled = (afterMs: string): string =>
  `"lastHeartbeatAt" < clock_timestamp() - ${stallLimit(afterMs)} * interval '1 ms'`;

/** How long a run may be without a heartbeat, in milliseconds, as an SQL expression over JobRun. */
export const stallLimit = (afterMs: string): string =>
  `coalesce("inactivityTimeoutMs"::float8, ${settingOfJob('stalledAfterMs')}::float8, ${afterMs}::float8)`;
