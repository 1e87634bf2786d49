import type { StepPlan } from '@job-manager/shared/contract/message';
import { readUpstream } from '../store/upstream.js';
import { checkDelay, JobFailure, JobSnooze } from './failure.js';
import type { JobContext, JobLog, StepHandle, UpstreamRun } from './job.js';
import type { RunProgress } from './run-progress.js';
import type { ClaimedRun } from './transitions/claim.js';

/** What an execution does for its job. */
export interface ContextSource {
  readonly run: ClaimedRun;
  readonly services: Pick<JobContext, 'db' | 'mediaDir'>;
  readonly progress: RunProgress;
  readonly signal: AbortSignal;
  readonly log: JobLog;
  setMetadata(values: Record<string, unknown>): void;
  checkCancellation(): Promise<void>;
  pause(ms: number): Promise<void>;
}

/**
 * What a job is given. One is made for every run, and most jobs use little of it: each part is made when it is asked
 * for, and may be taken out (`const { log, progress } = ctx`).
 */
export class RunContext implements JobContext {
  readonly #source: ContextSource;

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
    return this.#source.log;
  }

  get db(): JobContext['db'] {
    return this.#source.services.db;
  }

  get mediaDir(): string {
    return this.#source.services.mediaDir;
  }

  get progress() {
    const { progress } = this.#source;
    return (fraction: number, message?: string): void => progress.report(fraction, message);
  }

  get pipeline() {
    const { progress } = this.#source;
    return (plan: readonly StepPlan[]): void => progress.pipeline(plan);
  }

  get step() {
    const { progress } = this.#source;
    return (id: string): StepHandle => progress.step(id);
  }

  get setMetadata() {
    const source = this.#source;
    return (values: Record<string, unknown>): void => source.setMetadata(values);
  }

  get checkCancellation() {
    const source = this.#source;
    return (): Promise<void> => source.checkCancellation();
  }

  get pause() {
    const source = this.#source;
    return (ms: number): Promise<void> => source.pause(ms);
  }

  get upstream() {
    const { services, run } = this.#source;
    return (): Promise<UpstreamRun[]> => readUpstream(services.db, run.id);
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
