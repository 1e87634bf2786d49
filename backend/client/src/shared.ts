// The only way from here to shared, and by a relative path: the build takes these files along, and the package that
// programs of others install depends on none of ours.
export type { AuditAction } from '../../../shared/src/audit.js';
export {
  type OnConflict,
  onConflicts,
  type UniqueScope,
  uniqueScopes,
  type WaitCondition,
  waitConditions,
} from '../../../shared/src/enqueue.js';
export { isWithinDepth, limits } from '../../../shared/src/limits.js';
export type { MessageLevel } from '../../../shared/src/message.js';
export { describeUnknown } from '../../../shared/src/nearest.js';
export type { CheckParameters } from '../../../shared/src/parameters-schema.js';
export { isPlainText, NOT_PLAIN } from '../../../shared/src/plain-text.js';
export { defaultRetry, type RetryPolicy } from '../../../shared/src/retry.js';
export { type JobRunStatus, type JobRunTrigger, jobRunTriggers } from '../../../shared/src/run.js';

/** Loaded when parameters are first checked: it brings zod along. */
export const loadParametersSchema = () => import('../../../shared/src/parameters-schema.js');
