import { isUnreachable } from '../../store/faults.js';
import type { Notifier } from '../../store/notifier.js';
import { markLostRunners } from '../../store/runners.js';
import type { Sql } from '../../store/sql.js';
import type { QueueEvents } from '../events.js';
import { SYSTEM } from '../queue.js';
import { recoverRunsOf, recoverStalledRuns } from '../transitions/recover.js';

export interface RescuerOptions {
  sql: Sql;
  events: QueueEvents;
  notifier: Notifier;
  stalledAfterMs: number;
  sweepMs: number;
}

/** Takes back the runs of runners that went silent. May run in any number of processes at once. */
export class Rescuer {
  readonly #options: RescuerOptions;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: RescuerOptions) {
    this.#options = options;
  }

  start(): void {
    this.#later();
  }

  stop(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  /** One sweep; returns how many runs it took back. */
  async tick(): Promise<number> {
    const { sql, stalledAfterMs } = this.#options;
    await markLostRunners(sql, stalledAfterMs);
    return this.#announce(await recoverStalledRuns(sql, stalledAfterMs, SYSTEM));
  }

  /** Takes back the runs of a runner that is known to be dead, without waiting for its lease to end. */
  async buryRunner(runnerId: string): Promise<number> {
    const { sql } = this.#options;
    await sql.query(`UPDATE "Runner" SET status = 'LOST', "activeRuns" = 0 WHERE id = $1 AND status <> 'STOPPED'`, [
      runnerId,
    ]);
    return this.#announce(await recoverRunsOf(sql, runnerId, SYSTEM));
  }

  #announce(runs: Awaited<ReturnType<typeof recoverStalledRuns>>): number {
    if (runs.length === 0) return 0;
    this.#options.events.emit('runsRecovered', { runs });
    this.#options.notifier.queued();
    return runs.length;
  }

  #later(): void {
    if (this.#isClosed) return;
    // Jitter, so that many processes don't sweep in step.
    this.#timer = setTimeout(() => void this.#sweep(), this.#options.sweepMs * (0.75 + Math.random() / 2));
    this.#timer.unref();
  }

  async #sweep(): Promise<void> {
    try {
      await this.tick();
    } catch (error) {
      if (!isUnreachable(error)) this.#options.events.emit('fault', { during: 'sweeping', error });
    }
    this.#later();
  }
}
