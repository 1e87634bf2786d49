import { isUnreachable } from '../../store/faults.js';
import { keepJobs } from '../../store/jobs.js';
import type { Sql } from '../../store/sql.js';
import type { QueueEvents } from '../events.js';
import type { Registry } from '../registry.js';

const AGAIN_MS = 2_000;

/**
 * Tells the database once, when a process starts, which jobs it has the code of and what their runs are like:
 * programs that only queue runs know it from there.
 */
export class JobAnnouncer {
  readonly #options: { sql: Sql; registry: Registry; events: QueueEvents };
  #timer: NodeJS.Timeout | undefined;
  #working: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(options: { sql: Sql; registry: Registry; events: QueueEvents }) {
    this.#options = options;
  }

  start(): void {
    this.#working = this.#announce();
  }

  /** Resolves when nothing is under way any more. */
  async stop(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#working;
  }

  /** Tells it now. */
  async tick(): Promise<void> {
    const { sql, registry } = this.#options;
    const jobs = registry.names().flatMap((name) => {
      const settings = registry.settings(name);
      return settings === undefined ? [] : { name, ...settings };
    });
    await keepJobs(sql, jobs);
  }

  async #announce(): Promise<void> {
    try {
      await this.tick();
    } catch (error) {
      if (!isUnreachable(error)) this.#options.events.emit('fault', { during: 'telling of jobs', error });
      if (this.#isClosed) return;
      this.#timer = setTimeout(() => this.start(), AGAIN_MS);
      this.#timer.unref();
    }
  }
}
