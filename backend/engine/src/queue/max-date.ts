import { limits } from '@job-manager/shared/limits';
import { QueueError } from './errors.js';

/**
 * Throws QueueError for a time more than ten years away, which must be a mistake. Uses the clock of this process: this
 * check needs no exact one.
 */
export function checkMaxDate(at: Date, path: string): void {
  if (at.getTime() <= Date.now() + limits.farMs) return;
  const message = 'must be within the next 10 years';
  throw new QueueError('INVALID_INPUT', `${path} ${message}.`, [{ path, message }]);
}
