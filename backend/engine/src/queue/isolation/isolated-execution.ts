import { isTraced } from '@job-manager/client/tracing';
import type { AttemptUsage } from '@job-manager/shared/contract/message';
import { limits } from '@job-manager/shared/limits';
import type { TerminalStatus } from '@job-manager/shared/run';
import { activeTraceparent } from '../attempt-span.js';
import type { AnyJob } from '../job.js';
import { LongTimer } from '../long-timer.js';
import type { MessageLine } from '../message-line.js';
import { notMeasured } from '../meter.js';
import type { Redaction } from '../redaction.js';
import {
  type ExecutionResult,
  GRACE_MS,
  neverBegun,
  type RunExecution,
  type StopReason,
  timedOut,
} from '../run-execution.js';
import { lastProgress, type ProgressState } from '../run-progress.js';
import { type StorableMetadata, storableText } from '../storable.js';
import type { ClaimedRun } from '../transitions/claim.js';
import type { LastProgress } from '../transitions/finish.js';
import { type IsolatedProcess, NotStartedError, type RunEnd } from './isolated-process.js';
import { describeEnd, type ProcessExit } from './process-exit.js';
import type { ProcessPool } from './process-pool.js';
import type { ChildSample } from './samples.js';
import type { ChildReport } from './wire.js';

/** Time for a job to return after its run was lost or timed out; then its process is killed. */
const KILL_AFTER_MS = Math.min(3_000, GRACE_MS);
/**
 * A process whose event loop does not receive the stop request won't return: an endless loop is killed within a second
 * of its timeout.
 */
const KILL_UNRESPONSIVE_AFTER_MS = 700;
const MB = 1024 * 1024;

/** Why a process was ended by its runner, which then records how its run ended. */
type KillReason = 'timed out' | 'lease lost' | 'drained' | 'too much memory';

const killReasons: Record<KillReason, string> = {
  'timed out': 'did not stop at its time limit',
  'lease lost': 'did not stop when its lease was lost',
  drained: 'did not stop with its runner',
  'too much memory': 'used more memory than its limit',
};

export interface IsolatedExecutionOptions {
  job: AnyJob;
  run: ClaimedRun;
  pool: ProcessPool;
  redaction: Redaction;
  onMessage(line: MessageLine): void;
  onProgress(state: ProgressState): void;
  /** The runner killed the process of the run, with the reason in a sentence. Called once. */
  onKilled(message: string): void;
  onEnd(): void;
}

/** Whether the job may still be running. */
const mayGoOn = (result: ExecutionResult): boolean =>
  result.status === 'interrupted' ? result.reason === 'lease lost' : 'isTimeOut' in result;

/** One run of one job in a process of its own, which ends with whatever the job does to it. */
export class IsolatedExecution implements RunExecution {
  readonly run: ClaimedRun;
  place = -1;
  readonly #options: IsolatedExecutionOptions;
  readonly #startedAt = performance.now();
  #process: IsolatedProcess | undefined;
  #stopReason: StopReason | undefined;
  #killReason: KillReason | undefined;
  #giveUp!: () => void;
  readonly #givenUp = new Promise<undefined>((resolve) => {
    this.#giveUp = () => resolve(undefined);
  });
  readonly #timers: LongTimer[] = [];
  #state: ProgressState = { percent: null, message: null, steps: null };
  #metadata: StorableMetadata = { json: null, truncated: false };
  #hasReceivedStop = false;
  #isOver = false;
  usage: AttemptUsage = notMeasured;

  constructor(options: IsolatedExecutionOptions) {
    this.#options = options;
    this.run = options.run;
  }

  stop(reason: StopReason): void {
    if (this.#isOver) return;
    this.#stopReason ??= reason;
    this.#process?.stop(reason);
    if (reason !== 'timed out' && reason !== 'lease lost') return;
    this.#after(KILL_UNRESPONSIVE_AFTER_MS, () => this.#hasReceivedStop || this.#kill(reason));
    this.#after(KILL_AFTER_MS, () => this.#kill(reason));
  }

  begin(onEnd: (result: ExecutionResult) => void): void {
    void this.#finish().then(onEnd);
  }

  async #finish(): Promise<ExecutionResult> {
    try {
      if (this.#stopReason) return neverBegun(this.#stopReason);
      return await this.#execute();
    } catch (error) {
      // A stop signal to the whole group is no failure of the run.
      if (error instanceof NotStartedError && error.isByStopSignal)
        return { status: 'interrupted', reason: 'not begun' };
      const reason = error instanceof Error ? error.message : String(error);
      return this.#failed(`The job could not be started in a process of its own: ${reason}`, null);
    } finally {
      this.#isOver = true;
      for (const timer of this.#timers) timer.clear();
      this.#options.onEnd();
    }
  }

  progressAtEnd(status: TerminalStatus): LastProgress {
    return lastProgress(this.#state, status, Math.round(performance.now() - this.#startedAt), this.#options.redaction);
  }

  /** Ends it now, because the runner ends and hands its run back. */
  abandon(): void {
    if (!this.#isOver) this.#kill('drained');
  }

  async #execute(): Promise<ExecutionResult> {
    const { pool } = this.#options;
    const taking = pool.take(this.#memoryLimitBytes);
    const process = await Promise.race([taking, this.#givenUp]);
    if (!process) {
      void taking.then((unused) => pool.release(unused)).catch(() => {});
      return this.#endOfKilled(this.#killReason ?? 'lease lost');
    }
    if (this.#stopReason) {
      pool.release(process);
      return neverBegun(this.#stopReason);
    }
    this.#process = process;
    this.usage = { ...notMeasured, childPid: process.pid };
    // Time counts from here: waiting for a process is not part of the job.
    const { timeoutMs } = this.run;
    if (timeoutMs !== null) this.#after(timeoutMs, () => this.stop('timed out'));
    const ending = process.execute(this.#orderedRun(), {
      onReport: (report) => this.#onReport(report),
      onStopping: () => {
        this.#hasReceivedStop = true;
      },
      onSample: (sample) => this.#measure(sample),
    });
    const end = await ending;
    const result = this.#resultOf(end);
    pool.release(process, mayGoOn(result));
    return result;
  }

  /** What the job does over there is part of the span it is in here. */
  #orderedRun(): ClaimedRun {
    return isTraced() ? { ...this.run, traceparent: activeTraceparent() ?? null } : this.run;
  }

  #onReport(report: Extract<ChildReport, { type: 'line' | 'progress' | 'metadata' }>): void {
    if (report.type === 'line') {
      const { level, message, data } = report;
      this.#options.onMessage({ level, message, data });
    } else if (report.type === 'metadata') {
      this.#metadata = { json: report.json, truncated: report.truncated };
    } else {
      const { percent, message, steps = this.#state.steps } = report;
      this.#state = { percent, message, steps };
      this.#options.onProgress(this.#state);
    }
  }

  #measure({ memoryBytes, usage }: ChildSample): void {
    this.usage = { childPid: this.usage.childPid, ...usage };
    const isTooMuch = Math.max(memoryBytes, usage.peakMemoryBytes ?? 0) > (this.#memoryLimitBytes ?? Infinity);
    if (isTooMuch) this.#kill('too much memory');
  }

  #kill(reason: KillReason): void {
    if (this.#process && this.#killReason === undefined) {
      const { id, jobName } = this.run;
      this.#options.onKilled(`Killed process ${this.#process.pid}: run #${id} of ${jobName} ${killReasons[reason]}`);
    }
    this.#killReason ??= reason;
    this.#giveUp();
    void this.#process?.kill();
  }

  #resultOf(end: RunEnd): ExecutionResult {
    if (end.type === 'ended') {
      this.usage = end.usage.childPid === null ? this.usage : end.usage;
      return end.result;
    }
    if (this.#killReason) return this.#endOfKilled(this.#killReason);
    if (this.#stopReason === 'lease lost') return { status: 'interrupted', reason: 'lease lost' };
    return this.#crashed(describeEnd(end), end);
  }

  #endOfKilled(reason: KillReason): ExecutionResult {
    if (reason === 'timed out') return timedOut(this.run, this.#metadata);
    if (reason !== 'too much memory') return { status: 'interrupted', reason };
    return this.#crashed(`Used more than ${this.#options.job.memoryLimitMb} MB of memory, its limit`, null);
  }

  #crashed(error: string, exit: ProcessExit | null): ExecutionResult {
    return { ...this.#failed(error, exit?.output ?? null), crashed: true };
  }

  #failed(error: string, output: string | null) {
    const { redaction } = this.#options;
    const errorStack = output && storableText(output, limits.stackChars, redaction);
    return { status: 'FAILED' as const, error: storableText(error, limits.errorChars), errorStack, ...this.#metadata };
  }

  get #memoryLimitBytes(): number | undefined {
    const { memoryLimitMb } = this.#options.job;
    return memoryLimitMb === undefined ? undefined : memoryLimitMb * MB;
  }

  #after(ms: number, act: () => void): void {
    this.#timers.push(new LongTimer(act, ms));
  }
}
