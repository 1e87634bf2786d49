import { isUnreachable } from '../../store/database-errors.js';
import type { Notifier } from '../../store/notifier.js';
import type { RunSummaryRow } from '../../store/run-row.js';
import { noteSilentRunners } from '../../store/runner-events.js';
import { markLostRunners, markRunnerLost } from '../../store/runners.js';
import type { Sql } from '../../store/sql.js';
import type { QueueEvents } from '../events.js';
import { SYSTEM } from '../system-actor.js';
import {
  type DueForceFail,
  forceFailRun,
  MAX_DUE,
  readDueForceFails,
  readIgnoredCancels,
} from '../transitions/force-fail.js';
import { inBatches } from '../transitions/in-batches.js';
import { countRunsOf, MAX_RECOVERED, recoverRunsOf, recoverStalledRuns } from '../transitions/recover.js';
import { forgetEndedSuspects } from '../transitions/suspects.js';
import { MAX_TIMED_OUT, timeOutOverdueRuns } from '../transitions/time-out.js';

export interface RescuerOptions {
  sql: Sql;
  events: QueueEvents;
  notifier: Notifier;
  stalledAfterMs: number;
  /** The interval between the heartbeats of a runner. */
  heartbeatMs: number;
  sweepMs: number;
}

/** A runner itself stops a run whose time is up; after this grace period it evidently can't. */
const TIME_OUT_GRACE_MS = 15_000;

/**
 * Recovers the runs of runners without heartbeats, and reclaims those that are not stopped in time. May run in any
 * number of processes at once.
 */
export class Rescuer {
  readonly #options: RescuerOptions;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;
  /** Everything that is under way: a sweep, and recoveries of lost runners. */
  readonly #working = new Set<Promise<unknown>>();

  constructor(options: RescuerOptions) {
    this.#options = options;
  }

  start(): void {
    this.#later();
  }

  /** Resolves when what is under way has ended. */
  async stop(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await Promise.allSettled(this.#working);
  }

  /** One sweep; returns how many runs it recovered or reclaimed. */
  tick(): Promise<number> {
    return this.#track(this.#recoverAll());
  }

  /** Recovers the runs of a runner whose process is known to have ended, without waiting for its lease to end. */
  recoverDeadRunner(runnerId: string): Promise<number> {
    return this.#track(this.#recoverRunsOf(runnerId));
  }

  #track(work: Promise<number>): Promise<number> {
    this.#working.add(work);
    const forget = () => this.#working.delete(work);
    work.then(forget, forget);
    return work;
  }

  async #recoverAll(): Promise<number> {
    const { sql, stalledAfterMs, heartbeatMs } = this.#options;
    const isStopped = () => this.#isClosed;
    await markLostRunners(sql, stalledAfterMs);
    await noteSilentRunners(sql, heartbeatMs);
    const recovered = await inBatches(MAX_RECOVERED, () => recoverStalledRuns(sql, stalledAfterMs, SYSTEM), isStopped);
    this.#announceRecovered(recovered);
    const timedOut = await inBatches(
      MAX_TIMED_OUT,
      () => timeOutOverdueRuns(sql, TIME_OUT_GRACE_MS, SYSTEM),
      isStopped,
    );
    this.#announceTimedOut(timedOut);
    await forgetEndedSuspects(sql);
    return recovered.length + timedOut.length + (await this.#forceFailDue());
  }

  /**
   * Does the force-fails whose process ended before they were due, and fails runs that ignore a cancel for too long.
   */
  async #forceFailDue(): Promise<number> {
    const { sql, notifier } = this.#options;
    const failAll = async (due: DueForceFail[]): Promise<string[]> => {
      const failed: string[] = [];
      for (const { request, actor } of due) {
        const run = await forceFailRun(sql, request, actor);
        if (run !== null) failed.push(run.id);
      }
      return failed;
    };
    const isStopped = () => this.#isClosed;
    // As many as were found are failed, but for those that ended at this moment: fewer end the loop.
    const requested = await inBatches(MAX_DUE, async () => failAll(await readDueForceFails(sql)), isStopped);
    const ignored = (await readIgnoredCancels(sql)).map((request): DueForceFail => ({ request, actor: SYSTEM }));
    const failed = [...requested, ...(await failAll(ignored))];
    notifier.revoked(failed);
    return failed.length;
  }

  async #recoverRunsOf(runnerId: string): Promise<number> {
    const { sql } = this.#options;
    await markRunnerLost(sql, runnerId);
    const runs = await countRunsOf(sql, runnerId);
    const recovered = await inBatches(MAX_RECOVERED, () => recoverRunsOf(sql, runnerId, SYSTEM, runs));
    this.#announceRecovered(recovered);
    return recovered.length;
  }

  #announceRecovered(runs: RunSummaryRow[]): void {
    if (runs.length === 0) return;
    this.#options.events.emit('runsRecovered', { runs });
    this.#options.notifier.queued();
    // Their runner may still be running.
    this.#options.notifier.revoked(runs.map((run) => run.id));
  }

  #announceTimedOut(runs: RunSummaryRow[]): void {
    if (runs.length === 0) return;
    this.#options.events.emit('runsTimedOut', { runs });
    this.#options.notifier.queued();
    this.#options.notifier.revoked(runs.map((run) => run.id));
  }

  #later(): void {
    if (this.#isClosed) return;
    // Jitter, so that many processes don't sweep at the same time.
    this.#timer = setTimeout(() => void this.#sweep(), this.#options.sweepMs * (0.75 + Math.random() / 2));
    this.#timer.unref();
  }

  async #sweep(): Promise<void> {
    try {
      await this.tick();
    } catch (error) {
      if (!isUnreachable(error)) this.#options.events.emit('internalError', { during: 'sweeping', error });
    }
    this.#later();
  }
}
