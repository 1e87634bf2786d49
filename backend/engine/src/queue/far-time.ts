import { limits } from '@job-manager/shared/limits';
import { QueueError } from './errors.js';

/**
 * Throws QueueError for a time so far away that it must be a mistake, or that no date of four digits could tell. By
 * this process's clock: what is a mistake needs no exact one.
 */
export function checkNotTooFar(at: Date, path: string): void {
  if (at.getTime() <= Date.now() + limits.farMs) return;
  const message = 'must be within the next 10 years';
  throw new QueueError('INVALID_INPUT', `${path} ${message}.`, [{ path, message }]);
}
