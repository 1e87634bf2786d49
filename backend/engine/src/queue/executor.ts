import { AsyncLocalStorage } from 'node:async_hooks';
import { setCorrelationOfRun } from '@job-manager/client/correlation-of-run';
import { type CheckedInput, checkForeignInput, describeIssues } from '@job-manager/shared/check-input';
import type { AttemptUsage } from '@job-manager/shared/contract/message';
import { finalErrors, type TerminalStatus } from '@job-manager/shared/run';
import { approachable, JobSnooze, ParametersRefused } from './failure.js';
import type { AnyJob, JobServices, UpstreamRun } from './job.js';
import { LongTimer } from './long-timer.js';
import { type Measurement, type Meter, notMeasured } from './meter.js';
import { type ContextSource, RunContext } from './run-context.js';
import {
  type ExecutionResult,
  failedWith,
  GRACE_MS,
  isStop,
  neverBegun,
  type RunExecution,
  RunStopped,
  type StopReason,
  StopRequest,
  snoozedWith,
  timedOut,
} from './run-execution.js';
import { NO_METADATA, NO_PROGRESS, RunOutput, type RunOutputOptions } from './run-output.js';
import type { ClaimedRun } from './transitions/claim.js';
import type { LastProgress } from './transitions/finish.js';

/** The same for all executions of a process, so that a short job doesn't pay for its own. */
export interface ExecutionOptions extends RunOutputOptions {
  services: JobServices;
  /** The runs that this one waited for, for `ctx.upstream`. */
  readUpstream(runId: string): Promise<UpstreamRun[]>;
  meter?: Meter;
  /** How long a job may take to return after its run was lost or timed out. */
  graceMs?: number;
}

/** Which execution the code that runs now belongs to. */
const current = new AsyncLocalStorage<Execution>();
setCorrelationOfRun(() => current.getStore()?.run.correlationId);

/**
 * One run of one job in this process, in the order of its life: `begin`, the job's code, how it ended, and the end.
 * Parts that a run does not use are not created: for the shortest jobs a named function costs as much as the job.
 */
export class Execution implements RunExecution, ContextSource {
  readonly run: ClaimedRun;
  place = -1;
  readonly #job: AnyJob;
  readonly #options: ExecutionOptions;
  readonly #stop = new StopRequest();
  #output: RunOutput | undefined;
  #onEnd: ((result: ExecutionResult) => void) | undefined;
  #startedAt = 0;
  #isOver = false;
  #isTimedOut = false;
  #timer: LongTimer | undefined;
  #measurement: Measurement | undefined;

  constructor(job: AnyJob, run: ClaimedRun, options: ExecutionOptions) {
    this.#job = job;
    this.run = run;
    this.#options = options;
  }

  begin(onEnd: (result: ExecutionResult) => void): void {
    this.#onEnd = onEnd;
    const stop = this.#stop.reason;
    if (stop) {
      queueMicrotask(() => this.#end(neverBegun(stop.reason)));
      return;
    }
    this.#startedAt = performance.now();
    this.#measurement = this.#options.meter?.begin();
    const { timeoutMs } = this.run;
    if (timeoutMs !== null) this.#timer = new LongTimer(() => this.stop('timed out'), timeoutMs);
    // Only the job belongs to the execution as `current` knows it, not what the runner does at its end.
    this.#started().then(
      (returned) => this.#end(this.#resultOfReturned(returned)),
      (thrown) => this.failWith(thrown),
    );
  }

  #started(): Promise<unknown> {
    try {
      return Promise.resolve(current.run(this, () => this.#callJob()));
    } catch (thrown) {
      return Promise.reject(thrown);
    }
  }

  #callJob(): unknown {
    const checked = checkForeignInput(this.#job.parameters, this.run.parameters, 'parameter of this job');
    return checked instanceof Promise ? checked.then((late) => this.#runWith(late)) : this.#runWith(checked);
  }

  /** Throws ParametersRefused where the parameters don't fit. */
  #runWith(checked: CheckedInput<Record<string, unknown>>): unknown {
    if (checked.success) return this.#job.run(new RunContext(this), checked.data);
    throw new ParametersRefused(`${finalErrors.parameters}: ${describeIssues(checked.issues)}`);
  }

  #resultOfReturned(returned: unknown): ExecutionResult {
    try {
      if (returned !== undefined) this.output.keepReturned(returned);
      if (this.#isTimedOut) return timedOut(this.run, this.#metadataSoFar());
      if (this.#job.summary) this.output.summarize(this.#job.summary);
      return this.#output ? { ...SUCCEEDED, ...this.#output.storable() } : SUCCEEDED;
    } catch (thrown) {
      return this.#resultOfThrown(approachable(thrown));
    }
  }

  /** Fails this execution, also with an error that surfaced outside the job's own promise. False when it is over. */
  failWith(thrown: unknown): boolean {
    if (this.#isOver) return false;
    this.#end(this.#resultOfThrown(approachable(thrown)));
    return true;
  }

  #resultOfThrown(thrown: unknown): ExecutionResult {
    const stop = this.#stop.reason;
    if (thrown instanceof RunStopped && thrown.reason === 'lease lost')
      return { status: 'interrupted', reason: thrown.reason };
    const hasObeyedCancel = stop?.reason === 'cancelled' && isStop(thrown, stop);
    if (this.#isTimedOut && !hasObeyedCancel) return timedOut(this.run, this.#metadataSoFar());
    if (stop && isStop(thrown, stop)) {
      if (stop.reason !== 'cancelled') return { status: 'interrupted', reason: stop.reason };
      return { status: 'CANCELLED', error: null, errorStack: null, ...this.#metadataSoFar() };
    }
    const { redaction } = this.#options;
    if (thrown instanceof JobSnooze) return snoozedWith(thrown, redaction);
    return { ...failedWith(thrown, redaction), ...this.#metadataSoFar() };
  }

  #metadataSoFar() {
    return this.#output?.metadataSoFar() ?? NO_METADATA;
  }

  #end(result: ExecutionResult): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#measurement?.end();
    this.#timer?.clear();
    this.#output?.close();
    // Code that the job left running is notified that the execution is over.
    if (this.#stop.hasSignal) this.#stop.make('lease lost');
    this.#onEnd?.(result);
  }

  stop(reason: StopReason): void {
    if (this.#isOver) return;
    if (reason === 'timed out') this.#isTimedOut = true;
    if (reason === 'timed out' || reason === 'lease lost') this.#abandonSoon(new RunStopped(reason));
    this.#stop.make(reason);
  }

  #abandonSoon(reason: RunStopped): void {
    this.#timer?.clear();
    this.#timer = new LongTimer(() => this.failWith(reason), this.#options.graceMs ?? GRACE_MS);
  }

  /** The execution that caused an uncaught error, as far as Node can attribute it. */
  static ofStrayError(): Execution | undefined {
    return current.getStore();
  }

  get usage(): AttemptUsage {
    return this.#measurement?.read() ?? notMeasured;
  }

  progressAtEnd(status: TerminalStatus): LastProgress {
    return this.#output?.progressAtEnd(status) ?? NO_PROGRESS;
  }

  get services(): JobServices {
    return this.#options.services;
  }

  readUpstream(): Promise<UpstreamRun[]> {
    return this.#options.readUpstream(this.run.id);
  }

  get output(): RunOutput {
    if (!this.#output) {
      this.#output = new RunOutput(this.run, this.#options, this.#startedAt);
      if (this.#isOver) this.#output.close();
    }
    return this.#output;
  }

  /** Aborted when the run is to stop. */
  get signal(): AbortSignal {
    if (this.#isOver) this.#stop.make('lease lost');
    return this.#stop.signal;
  }

  /** Throws the reason where the run is to stop, or is over. */
  throwIfStopped(): void {
    if (this.#isOver) this.signal.throwIfAborted();
    if (this.#stop.reason) throw this.#stop.reason;
  }
}

/** How most executions end. */
const SUCCEEDED: ExecutionResult = { status: 'SUCCESS', error: null, errorStack: null, ...NO_METADATA };
