import { setTimeout as delay } from 'node:timers/promises';

/** Each try may have waited for a second, which is how long PostgreSQL lets a circle of waits last. */
const MAX_TRIES = 8;

/** Whether an error means that another transaction was in the way; the same statement may be sent again at once. */
export function isContention(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return code === '40001' || code === '40P01';
}

const hasCircle = (error: unknown): boolean => (error as { code?: unknown }).code === '40P01';

/** Long enough for the other to commit, and different for each: those who meet again in step stop each other again. */
const PAUSE_MS = { min: 5, max: 50 };

/** Resolves when a statement that another one was in the way of may be sent again. */
export const pauseAfterContention = (): Promise<void> =>
  delay(PAUSE_MS.min + Math.random() * (PAUSE_MS.max - PAUSE_MS.min));

/**
 * Sends a statement again that PostgreSQL stopped because another transaction was in the way: the other went on, and is
 * done by then. Where that one ended a run, whose row has moved to another partition, it is done already. Only for
 * statements outside a transaction of the caller's.
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
