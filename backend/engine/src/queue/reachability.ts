import { setTimeout as delay } from 'node:timers/promises';
import { isPassing, isUnreachable } from '../store/database-errors.js';
import type { QueueEvents } from './events.js';

const RETRY_MS = { first: 100, most: 2_000 };

/** Statements that still take too long are reported again after this time. */
const SLOW_AGAIN_MS = 60_000;

/** Tracks since when the database is unreachable, and reports once when that begins and once when it ends. */
export class Reachability {
  readonly #events: QueueEvents;
  #lostAt: number | undefined;
  /** The times of the last reports of slow statements, by activity. */
  readonly #slowAt = new Map<string, number>();

  constructor(events: QueueEvents) {
    this.#events = events;
  }

  noteUnreachable(during: string, error: unknown): void {
    if (this.#lostAt === undefined) this.#events.emit('databaseUnreachable', { during, error });
    this.#lostAt ??= performance.now();
  }

  /** Work waits for the database: it is unreachable, or a statement took too long. */
  noteWaiting(during: string, error: unknown): void {
    if (isUnreachable(error)) this.noteUnreachable(during, error);
    else this.#noteSlow(during, error);
  }

  /** Reports work that failed and is retried: as waiting for the database where that is the cause, else as an error. */
  noteFailure(during: string, error: unknown): void {
    if (isPassing(error)) this.noteWaiting(during, error);
    else this.#events.emit('internalError', { during, error });
  }

  #noteSlow(during: string, error: unknown): void {
    const now = performance.now();
    if (now < (this.#slowAt.get(during) ?? Number.NEGATIVE_INFINITY) + SLOW_AGAIN_MS) return;
    this.#slowAt.set(during, now);
    this.#events.emit('databaseSlow', { during, error });
  }

  noteReachable(): void {
    if (this.#lostAt === undefined) return;
    this.#events.emit('databaseBack', { afterMs: performance.now() - this.#lostAt });
    this.#lostAt = undefined;
  }

  /** Does the work as soon as the database can be reached, however long that takes. Other errors are the caller's. */
  async untilDone<Result>(during: string, work: () => Promise<Result>): Promise<Result> {
    for (let delayMs = RETRY_MS.first; ; delayMs = Math.min(delayMs * 2, RETRY_MS.most)) {
      try {
        const result = await work();
        this.noteReachable();
        return result;
      } catch (error) {
        if (!isPassing(error)) throw error;
        this.noteWaiting(during, error);
        await delay(delayMs);
      }
    }
  }
}
