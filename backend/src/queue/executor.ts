import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import type { AttemptUsage } from '@job-manager/shared/contract/message';
import type { MessageLevel } from '@job-manager/shared/message';
import type { TerminalStatus } from '@job-manager/shared/run';
import * as z from 'zod';
import { durationWords } from '../store/duration-words.js';
import { readUpstream } from '../store/upstream.js';
import type { QueueEvents } from './events.js';
import { describeFailure, JobFailure } from './failure.js';
import type { AnyJob, JobContext, JobLog } from './job.js';
import { type MessageLine, messageLine } from './message-line.js';
import { type Measurement, type Meter, notMeasured } from './meter.js';
import type { Redaction } from './redaction.js';
import { type ProgressState, RunProgress } from './run-progress.js';
import { NotJsonError, type StorableMetadata, storableMetadata } from './storable.js';
import type { ClaimedRun } from './transitions/claim.js';
import type { LastProgress } from './transitions/finish.js';

/** Why a run is stopped before its end. */
export type StopReason = 'cancelled' | 'drained' | 'lease lost' | 'timed out';

/** What an aborted `ctx.signal` carries, and what `checkCancellation` throws. */
export class RunStopped extends Error {
  override readonly name = 'RunStopped';

  constructor(readonly reason: StopReason) {
    super(`The run is to stop: ${reason}`);
  }
}

/** How one execution ended; `interrupted` leaves the run without an outcome. */
export type ExecutionResult =
  | ({
      status: TerminalStatus;
      error: string | null;
      errorStack: string | null;
      isTimeOut?: true;
      /** It would be the same again: there is no further attempt. */
      isFinal?: true;
      /** The process of the job ended before the job had. */
      crashed?: true;
    } & StorableMetadata)
  | { status: 'interrupted'; reason: StopReason };

/** One run of one job, in this process (`Execution`) or in one of its own (`isolation/isolated-execution.ts`). */
export interface RunExecution {
  readonly run: ClaimedRun;
  /** What it has taken; complete once `finish` has resolved. */
  readonly usage: AttemptUsage;
  /** Asks the job to stop; the first reason counts. What it does is in vain once its lease is lost or its time is up. */
  stop(reason: StopReason): void;
  /** Runs the job to its end. Never rejects. */
  finish(): Promise<ExecutionResult>;
  /** How far the run came, as it is kept once it has ended so. */
  progressAtEnd(status: TerminalStatus): LastProgress;
}

export interface ExecutionOptions {
  job: AnyJob;
  run: ClaimedRun;
  services: Pick<JobContext, 'db' | 'mediaDir'>;
  events: QueueEvents;
  redaction: Redaction;
  meter?: Meter;
  /** How long a job whose run is not its own any more may take to return. */
  lastWordsMs?: number;
  onMessage(line: MessageLine): void;
  onProgress(state: ProgressState): void;
  /** There is metadata that `metadataSoFar` didn't have yet. */
  onMetadata?(): void;
}

/** A long loop yields at least this often, so that heartbeats of the loop, cancels and other runs get through. */
const YIELD_AFTER_MS = 10;

/** A job whose run is not its own any more gets this long to return; then it is left to itself, and its slot is free. */
export const LAST_WORDS_MS = 5_000;

/** Which execution the code that runs now belongs to. */
const current = new AsyncLocalStorage<Execution>();

/** One run of one job in this process. */
export class Execution implements RunExecution {
  readonly run: ClaimedRun;
  readonly #options: ExecutionOptions;
  readonly #abort = new AbortController();
  readonly #metadata: Record<string, unknown> = {};
  #failStray!: (error: unknown) => void;
  #yieldedAt = performance.now();
  readonly #progress: RunProgress;
  #isOver = false;
  #isTimedOut = false;
  #timer: NodeJS.Timeout | undefined;
  #measurement: Measurement | undefined;

  constructor(options: ExecutionOptions) {
    this.#options = options;
    this.run = options.run;
    this.#progress = new RunProgress((state) => {
      if (!this.#isOver) options.onProgress(state);
    });
  }

  /** The execution that threw something nobody caught, as far as Node can tell. */
  static ofStrayError(): Execution | undefined {
    return current.getStore();
  }

  get jobName(): string {
    return this.#options.job.name;
  }

  get usage(): AttemptUsage {
    return this.#measurement?.read() ?? notMeasured;
  }

  stop(reason: StopReason): void {
    if (this.#isOver) return;
    if (reason === 'timed out') this.#isTimedOut = true;
    if (reason === 'timed out' || reason === 'lease lost') this.#abandonSoon(new RunStopped(reason));
    if (!this.#abort.signal.aborted) this.#abort.abort(new RunStopped(reason));
  }

  /** Fails this execution with an error that surfaced outside the job's own promise. False when it is over. */
  failWith(error: unknown): boolean {
    if (this.#isOver) return false;
    this.#failStray(error);
    return true;
  }

  async finish(): Promise<ExecutionResult> {
    this.#measurement = this.#options.meter?.begin();
    const stray = new Promise<never>((_, reject) => {
      this.#failStray = reject;
    });
    const { timeoutMs } = this.run;
    if (timeoutMs !== null) this.#timer = setTimeout(() => this.stop('timed out'), timeoutMs).unref();
    try {
      const returned = await current.run(this, () => Promise.race([this.#callJob(), stray]));
      this.#keep(returned);
      if (this.#isTimedOut) return this.#timedOut();
      return { status: 'SUCCESS', error: null, errorStack: null, ...this.#storable() };
    } catch (thrown) {
      return this.#resultOfThrown(thrown);
    } finally {
      this.#isOver = true;
      this.#measurement?.end();
      clearTimeout(this.#timer);
      // What the job left running learns that it is over.
      this.#abort.abort(new RunStopped('lease lost'));
    }
  }

  progressAtEnd(status: TerminalStatus): LastProgress {
    return this.#progress.atEnd(status, this.#options.redaction);
  }

  /** What the job has told about itself, as it can be stored. */
  metadataSoFar(): StorableMetadata {
    try {
      return this.#storable();
    } catch {
      return { json: null, truncated: true };
    }
  }

  async #callJob(): Promise<unknown> {
    const parsed = this.#options.job.parameters.safeParse(this.run.parameters);
    if (!parsed.success) {
      throw new JobFailure(`The parameters do not fit this job: ${z.prettifyError(parsed.error)}`, false);
    }
    return this.#options.job.run(this.#context(), parsed.data);
  }

  #keep(returned: unknown): void {
    if (returned === undefined) return;
    const isRecord = typeof returned === 'object' && returned !== null && !Array.isArray(returned);
    Object.assign(this.#metadata, isRecord ? returned : { result: returned });
  }

  #resultOfThrown(thrown: unknown): ExecutionResult {
    const stop = this.#abort.signal.aborted ? (this.#abort.signal.reason as RunStopped) : undefined;
    if (thrown instanceof RunStopped && thrown.reason === 'lease lost')
      return { status: 'interrupted', reason: thrown.reason };
    const hasObeyedCancel = stop?.reason === 'cancelled' && isStop(thrown, stop);
    if (this.#isTimedOut && !hasObeyedCancel) return this.#timedOut();
    if (stop && isStop(thrown, stop)) {
      if (stop.reason !== 'cancelled') return { status: 'interrupted', reason: stop.reason };
      return { status: 'CANCELLED', error: null, errorStack: null, ...this.metadataSoFar() };
    }
    return { status: 'FAILED', ...this.#failureOf(thrown), ...this.metadataSoFar() };
  }

  #failureOf(thrown: unknown) {
    if (thrown instanceof NotJsonError)
      return { error: `The job's result can't be kept: ${thrown.message}`, errorStack: null, isFinal: true as const };
    const failure = describeFailure(thrown, this.#options.redaction);
    const isFinal = thrown instanceof JobFailure && !thrown.isWorthRepeating;
    return isFinal ? { ...failure, isFinal } : failure;
  }

  #timedOut(): ExecutionResult {
    return timedOut(this.run, this.metadataSoFar());
  }

  #abandonSoon(reason: RunStopped): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#failStray(reason), this.#options.lastWordsMs ?? LAST_WORDS_MS).unref();
  }

  #storable(): StorableMetadata {
    return storableMetadata(this.#metadata, this.#options.redaction);
  }

  #context(): JobContext {
    const { run } = this;
    return {
      runId: run.id,
      attempt: run.attempt,
      claimNo: run.claimNo,
      startedAt: run.startedAt,
      signal: this.#abort.signal,
      log: this.#log(),
      ...this.#options.services,
      progress: (fraction, message) => this.#progress.report(fraction, message),
      pipeline: (plan) => this.#progress.pipeline(plan),
      step: (id) => this.#progress.step(id),
      setMetadata: (values) => {
        Object.assign(this.#metadata, values);
        if (!this.#isOver) this.#options.onMetadata?.();
      },
      checkCancellation: () => this.#check(),
      pause: async (ms) => {
        this.#yieldedAt = performance.now();
        await delay(Math.max(0, ms), undefined, { signal: this.#abort.signal }).catch(() => {});
        this.#abort.signal.throwIfAborted();
      },
      upstream: () => readUpstream(this.#options.services.db, run.id),
      fail: (reason, { retry = true } = {}) => {
        throw new JobFailure(reason, retry);
      },
    };
  }

  #log(): JobLog {
    const { events, redaction, onMessage } = this.#options;
    const write = (level: 'info' | 'warn' | 'error') => (message: string, data?: Record<string, unknown>) => {
      const line = messageLine(LEVELS[level], message, data, redaction);
      const told = line.data === null ? undefined : JSON.parse(line.data);
      events.emit('runLogged', { runId: this.run.id, jobName: this.jobName, level, message: line.message, data: told });
      if (!this.#isOver) onMessage(line);
    };
    return { info: write('info'), warn: write('warn'), error: write('error') };
  }

  async #check(): Promise<void> {
    if (performance.now() - this.#yieldedAt > YIELD_AFTER_MS) {
      await nextTurn();
      this.#yieldedAt = performance.now();
    }
    this.#abort.signal.throwIfAborted();
  }
}

const LEVELS = { info: 'INFO', warn: 'WARN', error: 'ERROR' } as const satisfies Record<string, MessageLevel>;

/** How an execution ends that was stopped because its time was up. */
export function timedOut(run: ClaimedRun, metadata: StorableMetadata): ExecutionResult {
  const error = `Timed out after ${durationWords(run.timeoutMs ?? 0)}`;
  return { status: 'FAILED', error, errorStack: null, isTimeOut: true, ...metadata };
}

/** Aborting throws the reason itself, or an AbortError from whatever the signal was passed to. */
function isStop(thrown: unknown, stop: RunStopped): boolean {
  if (thrown === stop) return true;
  if (!(thrown instanceof Error)) return false;
  return thrown.name === 'AbortError' || thrown.cause === stop;
}
