import type { Config } from './config.js';
import type { RetentionPolicy } from './queue/maintenance/pruner.js';

/**
 * What the settings have about keeping finished runs; 0 stands for no limit there. For how long other rows are kept is in
 * `store/kept-days.ts`.
 */
export const retentionPolicy = (config: Config): RetentionPolicy => ({
  SUCCESS: { days: config.JOBS_KEEP_SUCCESS_DAYS || null, runs: config.JOBS_KEEP_SUCCESS_RUNS || null },
  CANCELLED: { days: config.JOBS_KEEP_CANCELLED_DAYS || null, runs: config.JOBS_KEEP_CANCELLED_RUNS || null },
  FAILED: { days: config.JOBS_KEEP_FAILED_DAYS || null, runs: config.JOBS_KEEP_FAILED_RUNS || null },
});
