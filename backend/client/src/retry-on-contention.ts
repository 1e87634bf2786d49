import { setTimeout as delay } from 'node:timers/promises';

/** Each try may have waited for a second, after which PostgreSQL detects a deadlock. */
const MAX_TRIES = 8;

/**
 * Whether an error is a deadlock or a conflict with another transaction; the same statement may be sent again at once.
 */
export function isContention(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return code === '40001' || code === '40P01';
}

const hasCircle = (error: unknown): boolean => (error as { code?: unknown }).code === '40P01';

/**
 * Long enough for the other transaction to commit, and random: two that retry at the same time would conflict again.
 */
const PAUSE_MS = { min: 5, max: 50 };

/** Resolves when a statement that failed by a conflict may be sent again. */
export const pauseAfterContention = (): Promise<void> =>
  delay(PAUSE_MS.min + Math.random() * (PAUSE_MS.max - PAUSE_MS.min));

/**
 * Sends a statement again that PostgreSQL stopped because of a conflict with another transaction, which is committed by
 * then. Where that transaction ended a run, whose row has moved to another partition, it is committed already. Only for
 * statements outside a transaction of the caller.
 */
export async function retryOnContention<Answer>(send: () => Promise<Answer>): Promise<Answer> {
  for (let tries = 1; ; tries++) {
    try {
      return await send();
    } catch (error) {
      if (!isContention(error) || tries === MAX_TRIES) throw error;
      if (tries > 1 || hasCircle(error)) await pauseAfterContention();
    }
  }
}
