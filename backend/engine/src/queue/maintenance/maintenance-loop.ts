import { setTimeout as delay } from 'node:timers/promises';
import { isUnreachable } from '../../store/database-errors.js';
import { acquireTask, extendTask, noteTaskDone, readNextDueMs } from '../../store/maintenance.js';
import type { Sql } from '../../store/sql.js';
import type { QueueEvents } from '../events.js';

/** Work that one process does for all, at intervals. */
export interface MaintenanceTask {
  /** Unique; identifies the task in every process. */
  name: string;
  /**
   * Does the work in small batches and returns a description of what it did. `pause` is awaited between batches: it
   * lets others work, extends the task, and returns false when the process is being stopped. Throws a TaskProblem or
   * another error; health shows either until the task succeeds.
   */
  run(pause: () => Promise<boolean>): Promise<string>;
}

/** A task has done its work and found a problem that an operator should check. */
export class TaskProblem extends Error {}

export interface MaintenanceLoopOptions {
  sql: Sql;
  events: QueueEvents;
  tasks: MaintenanceTask[];
  everyMs: number;
  /** Tasks are due at whole multiples of that time, such as full minutes, and not so long after they were done. */
  isAligned?: boolean;
  /** Receives after each pass whether the database was reached. */
  onPass?(isReached: boolean): void;
}

function describeError(error: unknown): string {
  if (error instanceof TaskProblem) return error.message;
  return `Failed: ${error instanceof Error ? error.message : error}`;
}

/** A process that just started has other work. */
const FIRST_AFTER_MS = 15_000;
const PAUSE_MS = 50;
/** Random delay after a task is due, at most a tenth of the interval, so that processes don't poll at the same time. */
const SPREAD_MS = 2_000;
const RETRY_MS = 10_000;

/**
 * Does the tasks when they are due. Runs in every process; the first one does the task. When it ends in the middle of a
 * task, the task is due again after an interval.
 */
export class MaintenanceLoop {
  readonly #options: MaintenanceLoopOptions;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;
  #working: Promise<unknown> = Promise.resolve();

  constructor(options: MaintenanceLoopOptions) {
    this.#options = options;
  }

  start(): void {
    this.#later(Math.min(this.#options.everyMs, FIRST_AFTER_MS));
  }

  /** Resolves when the batch under way has ended. */
  async stop(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#working;
  }

  /** One pass; returns the names of the tasks that were done here. */
  async tick(): Promise<string[]> {
    const done: string[] = [];
    for (const task of this.#options.tasks) if (await this.#tryTask(task)) done.push(task.name);
    return done;
  }

  async #tryTask(task: MaintenanceTask): Promise<boolean> {
    const { sql, everyMs, events, isAligned } = this.#options;
    if (this.#isClosed || !(await acquireTask(sql, task.name, everyMs, isAligned))) return false;
    try {
      await noteTaskDone(sql, task.name, await task.run(() => this.#pause(task)));
      return true;
    } catch (error) {
      if (isUnreachable(error)) throw error;
      events.emit('internalError', { during: `maintenance task ${task.name}`, error });
      await noteTaskDone(sql, task.name, describeError(error), true);
      return false;
    }
  }

  async #pause(task: MaintenanceTask): Promise<boolean> {
    await delay(PAUSE_MS);
    if (this.#isClosed) return false;
    await extendTask(this.#options.sql, task.name, this.#options.everyMs);
    return true;
  }

  #later(ms: number): void {
    if (this.#isClosed) return;
    const spreadMs = Math.min(SPREAD_MS, this.#options.everyMs / 10);
    this.#timer = setTimeout(
      () => {
        this.#working = this.#pass();
      },
      ms + Math.random() * spreadMs,
    );
    this.#timer.unref();
  }

  async #pass(): Promise<void> {
    const { sql, tasks, everyMs, events, onPass } = this.#options;
    let againMs = Math.min(RETRY_MS, everyMs);
    let isReached = true;
    try {
      await this.tick();
      againMs = await readNextDueMs(
        sql,
        tasks.map(({ name }) => name),
        everyMs,
      );
    } catch (error) {
      isReached = !isUnreachable(error);
      if (isReached) events.emit('internalError', { during: 'maintenance', error });
    }
    onPass?.(isReached);
    this.#later(againMs);
  }
}
