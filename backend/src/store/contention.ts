import { isContention } from './faults.js';

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
    }
  }
}
