import { setTimeout as delay } from 'node:timers/promises';
import { isPassing } from '../store/faults.js';
import type { QueueEvents } from './events.js';

const RETRY_MS = { first: 100, most: 2_000 };

/** Knows since when the database can't be reached, and says so once when it goes and once when it is back. */
export class Reachability {
  readonly #events: QueueEvents;
  #lostAt: number | undefined;

  constructor(events: QueueEvents) {
    this.#events = events;
  }

  noteUnreachable(during: string, error: unknown): void {
    if (this.#lostAt === undefined) this.#events.emit('databaseUnreachable', { during, error });
    this.#lostAt ??= performance.now();
  }

  noteReachable(): void {
    if (this.#lostAt === undefined) return;
    this.#events.emit('databaseBack', { afterMs: performance.now() - this.#lostAt });
    this.#lostAt = undefined;
  }

  /** Does the work as soon as the database can be reached, however long that takes. Other errors are the caller's. */
  async untilDone(during: string, work: () => Promise<void>): Promise<void> {
    for (let delayMs = RETRY_MS.first; ; delayMs = Math.min(delayMs * 2, RETRY_MS.most)) {
      try {
        await work();
        return this.noteReachable();
      } catch (error) {
        if (!isPassing(error)) throw error;
        this.noteUnreachable(during, error);
        await delay(delayMs);
      }
    }
  }
}
