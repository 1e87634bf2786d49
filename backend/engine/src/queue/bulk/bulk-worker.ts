import { retryOnContention } from '@job-manager/client/retry-on-contention';
import type pg from 'pg';
import { isPassing, isUnreachable } from '../../store/database-errors.js';
import type { Listener } from '../../store/listener.js';
import type { Notifier } from '../../store/notifier.js';
import type { QueueEvents } from '../events.js';
import type { Registry } from '../registry.js';
import type { StepOutcome } from './outcome.js';
import { dealWithNext } from './step.js';

interface BulkWorkerOptions {
  pool: Pick<pg.Pool, 'connect' | 'query'>;
  registry: Registry;
  events: QueueEvents;
  notifier: Notifier;
  /** Wakes the worker when an operation begins; without it, the next poll finds one. */
  listener?: Listener;
}

/**
 * How soon another process takes over the operation of an ended process, and how soon a new one is found without a
 * notification.
 */
const POLL_MS = { notified: 15_000, alone: 5_000 };

/** Executes bulk operations. Runs in every process; one of them does each step. */
export class BulkWorker {
  readonly #options: BulkWorkerOptions;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;
  #isWoken = false;
  #working: Promise<unknown> | null = null;

  constructor(options: BulkWorkerOptions) {
    this.#options = options;
  }

  /** Polls at once: a process may have ended in the middle of an operation just before. */
  start(): void {
    this.#options.listener?.on('bulk', this.#wake);
    this.#poll();
  }

  /** Resolves when the step under way has ended; another process does the others. */
  async stop(): Promise<void> {
    this.#isClosed = true;
    this.#options.listener?.off('bulk', this.#wake);
    clearTimeout(this.#timer);
    await this.#working;
  }

  /** Does steps until none is left for this process; returns how many. */
  async tick(): Promise<number> {
    if (!(await this.#hasWork())) return 0;
    for (let steps = 0; ; steps++) {
      if (this.#isClosed || !(await this.#step())) return steps;
    }
  }

  /** Most polls find nothing: they cost one statement and no transaction. */
  async #hasWork(): Promise<boolean> {
    const found = await this.#options.pool.query(`SELECT FROM "BulkOperation" WHERE state = 'RUNNING' LIMIT 1`);
    return found.rows.length > 0;
  }

  readonly #wake = () => {
    this.#isWoken = true;
    if (this.#working === null) this.#poll();
  };

  #later(): void {
    if (this.#isClosed) return;
    const pollMs = this.#options.listener?.isConnected ? POLL_MS.notified : POLL_MS.alone;
    this.#timer = setTimeout(() => this.#poll(), pollMs * (0.75 + Math.random() / 2));
    this.#timer.unref();
  }

  #poll(): void {
    clearTimeout(this.#timer);
    if (this.#isClosed) return;
    this.#isWoken = false;
    this.#working = this.tick()
      .catch((error) => {
        if (!isUnreachable(error)) this.#options.events.emit('internalError', { during: 'bulk operations', error });
      })
      .then(() => {
        this.#working = null;
        if (this.#isWoken) this.#poll();
        else this.#later();
      });
  }

  async #step(): Promise<boolean> {
    const outcome = await retryOnContention(() => this.#inTransaction());
    outcome?.announce?.(this.#options.notifier);
    if (outcome?.later !== undefined) this.#doLater(outcome.later);
    return outcome !== null;
  }

  #doLater({ afterMs, act }: NonNullable<StepOutcome['later']>): void {
    const { pool, notifier } = this.#options;
    // The sweep repeats what fails here.
    setTimeout(() => void act(pool, notifier).catch(() => {}), afterMs).unref();
  }

  async #inTransaction(): Promise<StepOutcome | null> {
    const { pool, registry } = this.#options;
    const client = await pool.connect();
    let taken: string | null = null;
    let broken: Error | undefined;
    try {
      await client.query('BEGIN');
      const onTaken = (id: string) => {
        taken = id;
      };
      const outcome = await dealWithNext(client, { registry, onTaken });
      await client.query('COMMIT');
      return outcome;
    } catch (error) {
      broken = await client.query('ROLLBACK').then(
        () => undefined,
        (lost: Error) => lost,
      );
      if (taken !== null && !isPassing(error)) await this.#giveUp(taken, error);
      throw error;
    } finally {
      client.release(broken);
    }
  }

  /** An operation whose step fails would fail at every poll. */
  async #giveUp(id: string, error: unknown): Promise<void> {
    await this.#options.pool.query(
      `UPDATE "BulkOperation" SET state = 'FAILED', "finishedAt" = clock_timestamp(), "runIds" = '{}', error = left($2::text, 1000)
       WHERE id = $1::bigint AND state = 'RUNNING'`,
      [id, error instanceof Error ? error.message : String(error)],
    );
  }
}
