import { QueueError } from './errors.js';

const MOST_YEARS = 10;
const MOST_MS = MOST_YEARS * 366 * 86_400_000;

/**
 * Throws QueueError for a time so far away that it must be a mistake, or that no date of four digits could tell. By
 * this process's clock: what is a mistake needs no exact one.
 */
export function checkNotTooFar(at: Date, path: string): void {
  if (at.getTime() <= Date.now() + MOST_MS) return;
  const message = `must be within the next ${MOST_YEARS} years`;
  throw new QueueError('INVALID_INPUT', `${path} ${message}.`, [{ path, message }]);
}
