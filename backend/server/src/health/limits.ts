import type { Config } from '@job-manager/engine/config';
import type { HealthFacts } from './facts.js';
import type { HealthCheckOptions } from './health-check.js';

/** The settings that define when something is late. */
export const healthLimits = (config: Config): HealthCheckOptions['limits'] => ({
  heartbeatMs: config.JOBS_HEARTBEAT_MS,
  maintenanceMs: config.JOBS_MAINTENANCE_MS,
  maxExternal: config.JOBS_MAX_EXTERNAL,
  stalledAfterMs: config.JOBS_STALLED_AFTER_MS,
});

/** What the settings leave to other processes. */
export const healthDuties = (config: Config): HealthFacts['duties'] => ({
  isStandby: config.JOBS_STANDBY,
  firesSchedules: config.JOBS_SCHEDULER,
});
