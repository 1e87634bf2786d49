import { setTimeout as delay } from 'node:timers/promises';
import { isContention } from './faults.js';

/** Long enough for the other to commit, and different for each: those who meet again in step stop each other again. */
const PAUSE_MS = { min: 5, max: 50 };

/** Resolves when a statement that another one was in the way of may be sent again. */
export const pauseAfterContention = (): Promise<void> =>
  delay(PAUSE_MS.min + Math.random() * (PAUSE_MS.max - PAUSE_MS.min));

/** Each try may have waited for a second, which is how long PostgreSQL lets a circle of waits last. */
const MOST_TRIES = 8;

/**
 * Sends a statement again that PostgreSQL stopped because it and another waited for each other in a circle: the other
 * went on, and is done by then. Only for statements outside a transaction of the caller's.
 */
export async function despiteContention<Answer>(send: () => Promise<Answer>): Promise<Answer> {
  for (let tries = 1; ; tries++) {
    try {
      return await send();
    } catch (error) {
      if (!isContention(error) || tries === MOST_TRIES) throw error;
      await pauseAfterContention();
    }
  }
}
