import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import { limits } from '@job-manager/shared/limits';
import type { TerminalStatus } from '@job-manager/shared/run';
import * as z from 'zod';
import type { QueueEvents } from './events.js';
import { describeFailure } from './failure.js';
import type { AnyJob, JobContext, JobLog } from './job.js';
import { NotJsonError, type StorableMetadata, storableMetadata, storableText } from './storable.js';
import type { ClaimedRun } from './transitions/claim.js';

/** Why a run is stopped before its end. */
export type StopReason = 'cancelled' | 'drained' | 'lease lost';

/** What an aborted `ctx.signal` carries, and what `checkCancellation` throws. */
export class RunStopped extends Error {
  override readonly name = 'RunStopped';

  constructor(readonly reason: StopReason) {
    super(`The run is to stop: ${reason}`);
  }
}

/** How one execution ended; `interrupted` leaves the run without an outcome. */
export type ExecutionResult =
  | ({ status: TerminalStatus; error: string | null; errorStack: string | null } & StorableMetadata)
  | { status: 'interrupted'; reason: StopReason };

export interface ExecutionOptions {
  job: AnyJob;
  run: ClaimedRun;
  services: Pick<JobContext, 'db' | 'mediaDir'>;
  events: QueueEvents;
  onProgress(percent: number | null, message: string | null): void;
}

/** A long loop yields at least this often, so that heartbeats of the loop, cancels and other runs get through. */
const YIELD_AFTER_MS = 10;

/** Which execution the code that runs now belongs to. */
const current = new AsyncLocalStorage<Execution>();

/** One run of one job in this process. */
export class Execution {
  readonly run: ClaimedRun;
  readonly #options: ExecutionOptions;
  readonly #abort = new AbortController();
  readonly #metadata: Record<string, unknown> = {};
  #failStray!: (error: unknown) => void;
  #yieldedAt = performance.now();
  #percent: number | null = null;
  #message: string | null = null;
  #isOver = false;

  constructor(options: ExecutionOptions) {
    this.#options = options;
    this.run = options.run;
  }

  /** The execution that threw something nobody caught, as far as Node can tell. */
  static ofStrayError(): Execution | undefined {
    return current.getStore();
  }

  get jobName(): string {
    return this.#options.job.name;
  }

  /** Asks the job to stop; the first reason counts. */
  stop(reason: StopReason): void {
    if (!this.#abort.signal.aborted) this.#abort.abort(new RunStopped(reason));
  }

  /** Fails this execution with an error that surfaced outside the job's own promise. False when it is over. */
  failWith(error: unknown): boolean {
    if (this.#isOver) return false;
    this.#failStray(error);
    return true;
  }

  /** Runs the job to its end. Never rejects. */
  async finish(): Promise<ExecutionResult> {
    const stray = new Promise<never>((_, reject) => {
      this.#failStray = reject;
    });
    try {
      const returned = await current.run(this, () => Promise.race([this.#callJob(), stray]));
      this.#keep(returned);
      return { status: 'SUCCESS', error: null, errorStack: null, ...storableMetadata(this.#metadata) };
    } catch (thrown) {
      return this.#resultOfThrown(thrown);
    } finally {
      this.#isOver = true;
      // What the job left running learns that it is over.
      this.#abort.abort(new RunStopped('lease lost'));
    }
  }

  async #callJob(): Promise<unknown> {
    const parsed = this.#options.job.parameters.safeParse(this.run.parameters);
    if (!parsed.success) throw new Error(`The parameters do not fit this job: ${z.prettifyError(parsed.error)}`);
    return this.#options.job.run(this.#context(), parsed.data);
  }

  #keep(returned: unknown): void {
    if (returned === undefined) return;
    const isRecord = typeof returned === 'object' && returned !== null && !Array.isArray(returned);
    Object.assign(this.#metadata, isRecord ? returned : { result: returned });
  }

  #resultOfThrown(thrown: unknown): ExecutionResult {
    const stop = this.#abort.signal.aborted ? (this.#abort.signal.reason as RunStopped) : undefined;
    if (stop && isStop(thrown, stop)) {
      if (stop.reason !== 'cancelled') return { status: 'interrupted', reason: stop.reason };
      return { status: 'CANCELLED', error: null, errorStack: null, ...this.#metadataSoFar() };
    }
    const failure =
      thrown instanceof NotJsonError
        ? { error: `The job's result can't be kept: ${thrown.message}`, errorStack: null }
        : describeFailure(thrown);
    return { status: 'FAILED', ...failure, ...this.#metadataSoFar() };
  }

  #metadataSoFar(): StorableMetadata {
    try {
      return storableMetadata(this.#metadata);
    } catch {
      return { json: null, truncated: true };
    }
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
      progress: (fraction, message) => this.#progress(fraction, message),
      setMetadata: (values) => {
        Object.assign(this.#metadata, values);
      },
      checkCancellation: () => this.#check(),
      pause: async (ms) => {
        this.#yieldedAt = performance.now();
        await delay(Math.max(0, ms), undefined, { signal: this.#abort.signal }).catch(() => {});
        this.#abort.signal.throwIfAborted();
      },
    };
  }

  #log(): JobLog {
    const write = (level: 'info' | 'warn' | 'error') => (message: string, data?: Record<string, unknown>) => {
      this.#options.events.emit('runLogged', { runId: this.run.id, jobName: this.jobName, level, message, data });
    };
    return { info: write('info'), warn: write('warn'), error: write('error') };
  }

  #progress(fraction: number, message?: string): void {
    if (this.#isOver) return;
    if (Number.isFinite(fraction)) this.#percent = Math.min(100, Math.max(0, fraction * 100));
    if (message !== undefined) this.#message = storableText(String(message), limits.messageChars);
    this.#options.onProgress(this.#percent, this.#message);
  }

  async #check(): Promise<void> {
    if (performance.now() - this.#yieldedAt > YIELD_AFTER_MS) {
      await nextTurn();
      this.#yieldedAt = performance.now();
    }
    this.#abort.signal.throwIfAborted();
  }
}

/** Aborting throws the reason itself, or an AbortError from whatever the signal was passed to. */
function isStop(thrown: unknown, stop: RunStopped): boolean {
  if (thrown === stop) return true;
  if (!(thrown instanceof Error)) return false;
  return thrown.name === 'AbortError' || thrown.cause === stop;
}
