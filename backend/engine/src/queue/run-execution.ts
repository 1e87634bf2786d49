import { NotJsonError } from '@job-manager/client/json-value';
import type { AttemptUsage } from '@job-manager/shared/contract/message';
import { limits } from '@job-manager/shared/limits';
import { finalErrors, type TerminalStatus } from '@job-manager/shared/run';
import { formatDuration } from '../store/format-duration.js';
import { describeFailure, JobFailure, type JobSnooze, ParametersRefused } from './failure.js';
import type { Redaction } from './redaction.js';
import { type StorableMetadata, storableText } from './storable.js';
import type { ClaimedRun } from './transitions/claim.js';
import type { LastProgress } from './transitions/finish.js';

/**
 * Time for a job to return after its run was lost or timed out; then its slot is free, although the job may still run.
 */
export const GRACE_MS = 5_000;

/** Why a run is stopped before its end. */
export type StopReason = 'cancelled' | 'drained' | 'lease lost' | 'timed out';

/** Why an execution left its run without an outcome; `not begun`: its process was stopped before the job began. */
export type Interruption = StopReason | 'not begun';

/** What an aborted `ctx.signal` carries, and what `checkCancellation` throws. */
export class RunStopped extends Error {
  override readonly name = 'RunStopped';

  constructor(readonly reason: StopReason) {
    super(`The run is to stop: ${reason}`);
  }
}

/** Whether a run is to stop, for its execution and for the job's signal, which most short jobs never use. */
export class StopRequest {
  #reason: RunStopped | undefined;
  #abort: AbortController | undefined;

  /** The first one that was made. */
  get reason(): RunStopped | undefined {
    return this.#reason;
  }

  make(reason: StopReason): void {
    this.#reason ??= new RunStopped(reason);
    this.#abort?.abort(this.#reason);
  }

  get hasSignal(): boolean {
    return this.#abort !== undefined;
  }

  /** Aborted once the request is made. */
  get signal(): AbortSignal {
    if (!this.#abort) {
      this.#abort = new AbortController();
      if (this.#reason) this.#abort.abort(this.#reason);
    }
    return this.#abort.signal;
  }
}

/** The job snoozes its run. */
export interface SnoozeResult {
  status: 'snoozed';
  delayMs: number;
  reason: string | null;
}

/** How one execution ended; `interrupted` leaves the run without an outcome. */
export type ExecutionResult =
  | SnoozeResult
  | ({
      status: TerminalStatus;
      error: string | null;
      errorStack: string | null;
      isTimeOut?: true;
      /** Another attempt would fail the same way: there is none. */
      isFinal?: true;
      /** The parameters don't fit this version of the job; another version may take them. */
      isRefused?: true;
      /** The next attempt, if there is one, begins after exactly this time. */
      retryInMs?: number;
      /** The process of the job ended before the job had. */
      crashed?: true;
    } & StorableMetadata)
  | { status: 'interrupted'; reason: Interruption };

/** One run of one job, in this process (`Execution`) or in one of its own (`isolation/isolated-execution.ts`). */
export interface RunExecution {
  readonly run: ClaimedRun;
  /** Where the runner that holds it has its lease; the runner's alone. */
  place: number;
  /** What it has taken; complete once it has ended. */
  readonly usage: AttemptUsage;
  /**
   * Requests the job to stop; the first reason counts. After a lost lease or a timeout the result of the job is not
   * recorded.
   */
  stop(reason: StopReason): void;
  /** Runs the job to its end, and calls `onEnd` once, never before this returns. */
  begin(onEnd: (result: ExecutionResult) => void): void;
  /** How far the run came, as it is kept once it has ended so. */
  progressAtEnd(status: TerminalStatus): LastProgress;
}

/** How an execution ends that was stopped because its time was up. */
export function timedOut(run: ClaimedRun, metadata: StorableMetadata): ExecutionResult {
  const error = `Timed out after ${formatDuration(run.timeoutMs ?? 0)}`;
  return { status: 'FAILED', error, errorStack: null, isTimeOut: true, ...metadata };
}

/** The end of an execution whose job threw an ordinary error. */
export function failedWith(thrown: unknown, redaction: Redaction) {
  const status = 'FAILED' as const;
  if (thrown instanceof NotJsonError)
    return { status, error: `${finalErrors.result}: ${thrown.message}`, errorStack: null, isFinal: true as const };
  const failure = { status, ...describeFailure(thrown, redaction) };
  if (!(thrown instanceof JobFailure)) return failure;
  const { isWorthRepeating, retryInMs } = thrown;
  return {
    ...failure,
    ...(!isWorthRepeating && { isFinal: true as const }),
    ...(retryInMs !== undefined && { retryInMs }),
    ...(thrown instanceof ParametersRefused && { isRefused: true as const }),
  };
}

/** The end of an execution whose job snoozed its run. */
export function snoozedWith({ delayMs, reason }: JobSnooze, redaction: Redaction): SnoozeResult {
  return {
    status: 'snoozed',
    delayMs,
    reason: reason === null ? null : storableText(String(reason), limits.reasonChars, redaction),
  };
}

/** How an execution ends that was stopped before its job began. */
export function neverBegun(reason: StopReason): ExecutionResult {
  if (reason !== 'cancelled') return { status: 'interrupted', reason };
  return { status: 'CANCELLED', error: null, errorStack: null, json: null, truncated: false };
}

/** Aborting throws the reason itself, or an AbortError from whatever the signal was passed to. */
export function isStop(thrown: unknown, stop: RunStopped): boolean {
  if (thrown === stop) return true;
  if (!(thrown instanceof Error)) return false;
  return thrown.name === 'AbortError' || thrown.cause === stop;
}
