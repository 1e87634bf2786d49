import { isUnreachable } from '../../store/faults.js';
import type { Notifier } from '../../store/notifier.js';
import type { RunSummaryRow } from '../../store/run-row.js';
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
  sweepMs: number;
}

/** A runner stops a run itself when its time is up; one that hasn't by then can't. */
const TIME_OUT_GRACE_MS = 15_000;

/** Takes back the runs of runners that went silent, and those that are not stopped in time. May run in any number of processes at once. */
export class Rescuer {
  readonly #options: RescuerOptions;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;
  /** Everything that is under way: a sweep, and runners that died. */
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

  /** One sweep; returns how many runs it took from their runners. */
  tick(): Promise<number> {
    return this.#track(this.#recoverAll());
  }

  /** Takes back the runs of a runner that is known to be dead, without waiting for its lease to end. */
  buryRunner(runnerId: string): Promise<number> {
    return this.#track(this.#recoverRunsOf(runnerId));
  }

  #track(work: Promise<number>): Promise<number> {
    this.#working.add(work);
    const forget = () => this.#working.delete(work);
    work.then(forget, forget);
    return work;
  }

  async #recoverAll(): Promise<number> {
    const { sql, stalledAfterMs } = this.#options;
    const isStopped = () => this.#isClosed;
    await markLostRunners(sql, stalledAfterMs);
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

  /** The force-fails whose process ended before they were due, and the cancels that runs ignore for too long. */
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
    // Their runner may live after all.
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
