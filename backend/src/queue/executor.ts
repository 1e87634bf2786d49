import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { setCorrelationOfRun } from '@job-manager/client/correlation-of-run';
import { jsonForm, NotJsonError } from '@job-manager/client/json-value';
import { type CheckedInput, checkForeignInput, describeIssues } from '@job-manager/shared/check-input';
import type { AttemptUsage } from '@job-manager/shared/contract/message';
import { limits } from '@job-manager/shared/limits';
import type { MessageLevel } from '@job-manager/shared/message';
import { finalErrors, type TerminalStatus } from '@job-manager/shared/run';
import type { QueueEvents } from './events.js';
import { approachable, describeFailure, JobFailure, JobSnooze, ParametersRefused } from './failure.js';
import type { AnyJob, JobContext, JobLog } from './job.js';
import { LongTimer, longDelay } from './long-timer.js';
import { type MessageLine, messageFirst, messageLine } from './message-line.js';
import { type Measurement, type Meter, notMeasured } from './meter.js';
import type { Redaction } from './redaction.js';
import { type ContextSource, RunContext } from './run-context.js';
import {
  type ExecutionResult,
  isStop,
  LAST_WORDS_MS,
  neverBegun,
  type RunExecution,
  RunStopped,
  type StopReason,
  timedOut,
} from './run-execution.js';
import { type ProgressState, RunProgress } from './run-progress.js';
import { type StorableMetadata, storableMetadata, storableText } from './storable.js';
import type { ClaimedRun } from './transitions/claim.js';
import type { LastProgress } from './transitions/finish.js';

/** The same for all executions of a process, so that a short job doesn't pay for its own. */
export interface ExecutionOptions {
  services: Pick<JobContext, 'db' | 'mediaDir'>;
  events: QueueEvents;
  redaction: Redaction;
  meter?: Meter;
  /** How long a job whose run is not its own any more may take to return. */
  lastWordsMs?: number;
  onMessage(run: ClaimedRun, line: MessageLine): void;
  onProgress(run: ClaimedRun, state: ProgressState): void;
  /** There is metadata that `metadataSoFar` didn't have yet. */
  onMetadata?(): void;
}

/** A long loop yields at least this often, so that heartbeats of the loop, cancels and other runs get through. */
const YIELD_AFTER_MS = 10;

/** Which execution the code that runs now belongs to. */
const current = new AsyncLocalStorage<Execution>();
setCorrelationOfRun(() => current.getStore()?.run.correlationId);

/** One run of one job in this process. */
export class Execution implements RunExecution, ContextSource {
  readonly run: ClaimedRun;
  readonly #job: AnyJob;
  readonly #options: ExecutionOptions;
  /** Made when the job asks for its signal, which most short ones never do. */
  #abort: AbortController | undefined;
  /** Why it is to stop; the first reason counts. */
  #stopped: RunStopped | undefined;
  /** Without a prototype: a key `__proto__` is one like any other. */
  readonly #metadata: Record<string, unknown> = Object.create(null);
  /** From its begin on. */
  #failStray: ((error: unknown) => void) | undefined;
  #yieldedAt = performance.now();
  readonly progress: RunProgress;
  #isOver = false;
  #isTimedOut = false;
  #timer: LongTimer | undefined;
  #measurement: Measurement | undefined;
  #log: JobLog | undefined;

  constructor(job: AnyJob, run: ClaimedRun, options: ExecutionOptions) {
    this.#job = job;
    this.run = run;
    this.#options = options;
    this.progress = new RunProgress(
      (state) => {
        if (!this.#isOver) options.onProgress(run, state);
      },
      options.redaction,
      (mistake) => this.log.warn(mistake),
    );
  }

  /** The execution that threw something that was not caught, as far as Node can tell. */
  static ofStrayError(): Execution | undefined {
    return current.getStore();
  }

  get jobName(): string {
    return this.#job.name;
  }

  get usage(): AttemptUsage {
    return this.#measurement?.read() ?? notMeasured;
  }

  stop(reason: StopReason): void {
    if (this.#isOver) return;
    if (reason === 'timed out') this.#isTimedOut = true;
    if (reason === 'timed out' || reason === 'lease lost') this.#abandonSoon(new RunStopped(reason));
    this.#stopWith(reason);
  }

  /** Fails this execution with an error that surfaced outside the job's own promise. False when it is over. */
  failWith(error: unknown): boolean {
    if (this.#isOver) return false;
    this.#failStray?.(error);
    return true;
  }

  async finish(): Promise<ExecutionResult> {
    if (this.#stopped) return this.#neverBegun(this.#stopped.reason);
    this.#measurement = this.#options.meter?.begin();
    const { timeoutMs } = this.run;
    if (timeoutMs !== null) this.#timer = new LongTimer(() => this.stop('timed out'), timeoutMs);
    try {
      const returned = await current.run(this, () => this.#callJob());
      this.#keep(returned);
      if (this.#isTimedOut) return this.#timedOut();
      return { status: 'SUCCESS', error: null, errorStack: null, ...this.#storable() };
    } catch (thrown) {
      return this.#resultOfThrown(approachable(thrown));
    } finally {
      this.#isOver = true;
      this.#measurement?.end();
      this.#timer?.clear();
      // What the job left running learns that it is over.
      if (this.#abort) this.#stopWith('lease lost');
    }
  }

  progressAtEnd(status: TerminalStatus): LastProgress {
    return this.progress.atEnd(status, this.#options.redaction);
  }

  /** What the job has told about itself, as it can be stored. */
  metadataSoFar(): StorableMetadata {
    try {
      return this.#storable();
    } catch {
      return { json: null, truncated: true };
    }
  }

  /** It was stopped while it waited for its slot. */
  #neverBegun(reason: StopReason): ExecutionResult {
    this.#isOver = true;
    this.#timer?.clear();
    return neverBegun(reason);
  }

  #stopWith(reason: StopReason): void {
    this.#stopped ??= new RunStopped(reason);
    this.#abort?.abort(this.#stopped);
  }

  /** Aborted when the run is to stop. */
  get signal(): AbortSignal {
    if (!this.#abort) {
      this.#abort = new AbortController();
      if (this.#isOver) this.#stopWith('lease lost');
      else if (this.#stopped) this.#abort.abort(this.#stopped);
    }
    return this.#abort.signal;
  }

  /** Settles with the job, or with an error from outside of it. */
  #callJob(): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#failStray = reject;
      const checked = checkForeignInput(this.#job.parameters, this.run.parameters, 'parameter of this job');
      const ran = checked instanceof Promise ? checked.then((late) => this.#runWith(late)) : this.#runWith(checked);
      // Not resolve(…), which would settle for the job alone and hear of nothing else.
      Promise.resolve(ran).then(resolve, reject);
    });
  }

  /** Throws ParametersRefused where the parameters don't fit. */
  #runWith(checked: CheckedInput<Record<string, unknown>>): unknown {
    if (checked.success) return this.#job.run(new RunContext(this), checked.data);
    throw new ParametersRefused(`${finalErrors.parameters}: ${describeIssues(checked.issues)}`);
  }

  #keep(returned: unknown): void {
    if (returned === undefined) return;
    const form = ArrayBuffer.isView(returned) ? returned : jsonForm(returned, 'result');
    const isRecord = typeof form === 'object' && form !== null && !Array.isArray(form);
    Object.assign(this.#metadata, isRecord && !ArrayBuffer.isView(form) ? form : { result: form });
  }

  #resultOfThrown(thrown: unknown): ExecutionResult {
    const stop = this.#stopped;
    if (thrown instanceof RunStopped && thrown.reason === 'lease lost')
      return { status: 'interrupted', reason: thrown.reason };
    const hasObeyedCancel = stop?.reason === 'cancelled' && isStop(thrown, stop);
    if (this.#isTimedOut && !hasObeyedCancel) return this.#timedOut();
    if (stop && isStop(thrown, stop)) {
      if (stop.reason !== 'cancelled') return { status: 'interrupted', reason: stop.reason };
      return { status: 'CANCELLED', error: null, errorStack: null, ...this.metadataSoFar() };
    }
    if (thrown instanceof JobSnooze) return this.#snoozed(thrown);
    return { status: 'FAILED', ...this.#failureOf(thrown), ...this.metadataSoFar() };
  }

  #failureOf(thrown: unknown) {
    if (thrown instanceof NotJsonError)
      return { error: `${finalErrors.result}: ${thrown.message}`, errorStack: null, isFinal: true as const };
    const failure = describeFailure(thrown, this.#options.redaction);
    if (!(thrown instanceof JobFailure)) return failure;
    const { isWorthRepeating, retryInMs } = thrown;
    return {
      ...failure,
      ...(!isWorthRepeating && { isFinal: true as const }),
      ...(retryInMs !== undefined && { retryInMs }),
      ...(thrown instanceof ParametersRefused && { isRefused: true as const }),
    };
  }

  #snoozed({ delayMs, reason }: JobSnooze): ExecutionResult {
    const words = reason === null ? null : storableText(String(reason), limits.reasonChars, this.#options.redaction);
    return { status: 'snoozed', delayMs, reason: words };
  }

  #timedOut(): ExecutionResult {
    return timedOut(this.run, this.metadataSoFar());
  }

  #abandonSoon(reason: RunStopped): void {
    this.#timer?.clear();
    this.#timer = new LongTimer(() => this.#failStray?.(reason), this.#options.lastWordsMs ?? LAST_WORDS_MS);
  }

  #storable(): StorableMetadata {
    return storableMetadata(this.#metadata, this.#options.redaction);
  }

  get services(): ExecutionOptions['services'] {
    return this.#options.services;
  }

  get log(): JobLog {
    this.#log ??= this.#makeLog();
    return this.#log;
  }

  setMetadata(values: Record<string, unknown>): void {
    Object.assign(this.#metadata, jsonForm(values, 'metadata'));
    if (!this.#isOver) this.#options.onMetadata?.();
  }

  #makeLog(): JobLog {
    const write = (level: keyof JobLog, ...given: unknown[]) => {
      const { events, redaction, onMessage } = this.#options;
      const [message, data] = messageFirst(given);
      const line = messageLine(LEVELS[level], message, data, redaction);
      const told = line.data === null ? undefined : JSON.parse(line.data);
      events.emit('runLogged', { runId: this.run.id, jobName: this.jobName, level, message: line.message, data: told });
      if (!this.#isOver) onMessage(this.run, line);
    };
    return {
      info: (...given: unknown[]) => write('info', ...given),
      warn: (...given: unknown[]) => write('warn', ...given),
      error: (...given: unknown[]) => write('error', ...given),
    };
  }

  async pause(ms: number): Promise<void> {
    this.#yieldedAt = performance.now();
    await longDelay(ms, this.signal).catch((error) => {
      if (error instanceof TypeError) throw new TypeError(`ctx.pause: ${error.message}`);
    });
    this.#throwIfStopped();
  }

  async checkCancellation(): Promise<void> {
    if (performance.now() - this.#yieldedAt > YIELD_AFTER_MS) {
      await nextTurn();
      this.#yieldedAt = performance.now();
    }
    this.#throwIfStopped();
  }

  #throwIfStopped(): void {
    if (this.#isOver) this.signal.throwIfAborted();
    if (this.#stopped) throw this.#stopped;
  }
}

const LEVELS = { info: 'INFO', warn: 'WARN', error: 'ERROR' } as const satisfies Record<string, MessageLevel>;
