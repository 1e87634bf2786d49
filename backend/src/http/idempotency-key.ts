import { createHash } from 'node:crypto';
import { HttpProblem } from './problem.js';

const MOST = 200;

/**
 * The engine's key for a caller's `Idempotency-Key`: prefixed, so that keys of different people never meet.
 * Throws a 400 problem for a key that is empty, too long or not printable ASCII.
 */
export function idempotencyKeyOf(header: string | undefined, userId: number): string | undefined {
  if (header === undefined) return undefined;
  if (header.length > MOST || !/^[\x20-\x7e]+$/.test(header)) {
    const detail = `Idempotency-Key must have 1 to ${MOST} printable ASCII characters.`;
    throw new HttpProblem('INVALID_INPUT', detail, { field: 'Idempotency-Key' });
  }
  const key = `${userId}:${header}`;
  if (key.length <= MOST) return key;
  // The prefix must not make a key too long for its column.
  return `${userId}:sha256:${createHash('sha256').update(header).digest('hex')}`;
}
