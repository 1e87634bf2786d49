import { setImmediate as nextTurn } from 'node:timers/promises';
import type { StepPlan } from '@job-manager/shared/contract/message';
import { checkDelay, JobFailure, JobSnooze } from './failure.js';
import type { JobContext, JobLog, JobServices, StepHandle, UpstreamRun } from './job.js';
import { longDelay } from './long-timer.js';
import type { RunOutput } from './run-output.js';
import type { ClaimedRun } from './transitions/claim.js';

/** What an execution does for its job. */
export interface ContextSource {
  readonly run: ClaimedRun;
  readonly services: JobServices;
  readonly output: RunOutput;
  readonly signal: AbortSignal;
  /** Throws the reason when the run is to stop, or is over. */
  throwIfStopped(): void;
  /** The runs that this one waited for. */
  readUpstream(): Promise<UpstreamRun[]>;
}

/** A long loop yields at least this often, so that heartbeats of the loop, cancels and other runs get through. */
const YIELD_AFTER_MS = 10;

/**
 * The context of a job. Every run gets one, and most jobs use little of it: each part is created at its first use, and
 * may be destructured (`const { log, progress } = ctx`).
 */
export class RunContext implements JobContext {
  readonly #source: ContextSource;
  #yieldedAt = performance.now();

  constructor(source: ContextSource) {
    this.#source = source;
  }

  get runId(): string {
    return this.#source.run.id;
  }

  get attempt(): number {
    return this.#source.run.attempt;
  }

  get claimNo(): number {
    return this.#source.run.claimNo;
  }

  get correlationId(): string | null {
    return this.#source.run.correlationId;
  }

  get startedAt(): Date {
    return this.#source.run.startedAt;
  }

  get signal(): AbortSignal {
    return this.#source.signal;
  }

  get log(): JobLog {
    return this.#source.output.log;
  }

  get services(): JobServices {
    return this.#source.services;
  }

  get progress() {
    const { progress } = this.#source.output;
    return (fraction: number, message?: string): void => progress.report(fraction, message);
  }

  get pipeline() {
    const { progress } = this.#source.output;
    return (plan: readonly StepPlan[]): void => progress.pipeline(plan);
  }

  get step() {
    const { progress } = this.#source.output;
    return (id: string): StepHandle => progress.step(id);
  }

  get setMetadata() {
    const { output } = this.#source;
    return (values: Record<string, unknown>): void => output.setMetadata(values);
  }

  get checkCancellation() {
    return async (): Promise<void> => {
      if (performance.now() - this.#yieldedAt > YIELD_AFTER_MS) {
        await nextTurn();
        this.#yieldedAt = performance.now();
      }
      this.#source.throwIfStopped();
    };
  }

  get pause() {
    return async (ms: number): Promise<void> => {
      this.#yieldedAt = performance.now();
      await longDelay(ms, this.#source.signal).catch((error) => {
        if (error instanceof TypeError) throw new TypeError(`ctx.pause: ${error.message}`);
      });
      this.#source.throwIfStopped();
    };
  }

  get upstream() {
    const source = this.#source;
    return (): Promise<UpstreamRun[]> => source.readUpstream();
  }

  get fail() {
    return (reason: string, { retry = true }: { retry?: boolean } = {}): never => {
      throw new JobFailure(reason, retry);
    };
  }

  get retryIn() {
    return (ms: number, reason: string): never => {
      throw new JobFailure(reason, true, checkDelay(ms, 'ctx.retryIn'));
    };
  }

  get snooze() {
    return (ms: number, reason?: string): never => {
      throw new JobSnooze(checkDelay(ms, 'ctx.snooze'), reason ?? null);
    };
  }
}
