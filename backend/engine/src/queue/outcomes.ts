import { defaultRetry, type RetryPolicy, retryDelayMs } from '@job-manager/shared/retry';
import { finalErrors } from '@job-manager/shared/run';
import type { Sql } from '../store/sql.js';
import { Completions } from './completions.js';
import type { QueueEvents } from './events.js';
import type { Reachability } from './reachability.js';
import type { Registry } from './registry.js';
import type { ExecutionResult, RunExecution, SnoozeResult } from './run-execution.js';
import type { ClaimedRun } from './transitions/claim.js';
import { finishRuns, type Outcome } from './transitions/finish.js';
import { type AfterSnooze, type Snooze, snoozeRuns } from './transitions/release.js';
import { type AfterFailure, type FailedAttempt, retryRuns } from './transitions/retry.js';

/** How an execution ended that is to have an outcome. */
type ExecutionOutcome = Exclude<ExecutionResult, { status: 'interrupted' | 'snoozed' }>;

/** How an execution ended by itself. */
export type ExecutionEnd = Exclude<ExecutionResult, { status: 'interrupted' }>;

/** The effect of an end: the run has ended too, waits for its next execution, or was no longer held by this runner. */
export type Recorded = { as: 'ended' | 'cancelled' | 'refused' } | { as: 'retried' | 'snoozed'; delayMs: number };

type OnRecorded = (recorded: Recorded) => void;

const ENDED: Recorded = { as: 'ended' };
const REFUSED: Recorded = { as: 'refused' };
const CANCELLED: Recorded = { as: 'cancelled' };

export interface OutcomesOptions {
  sql: Sql;
  /** For plain ends; `sql` unless given. */
  endSql?: Sql;
  events: QueueEvents;
  database: Reachability;
  registry: Pick<Registry, 'retry'>;
  /** Numbers from 0 up to 1, for the time that failed attempts wait. */
  random?: () => number;
}

/** Records how executions ended; every end of an execution that ends its run goes through `record`. */
export class Outcomes {
  readonly #options: OutcomesOptions;
  readonly #endings: Completions<Outcome, Recorded>;
  readonly #failures: Completions<FailedAttempt, AfterFailure | null>;
  readonly #snoozes: Completions<Snooze, AfterSnooze | null>;

  constructor(options: OutcomesOptions) {
    const { sql, endSql = sql, events, database } = options;
    this.#options = options;
    const during = 'recording outcomes';
    const common = {
      onWaiting: (error: unknown) => database.noteWaiting(during, error),
      onError: (error: unknown) => events.emit('internalError', { during, error }),
    };
    this.#endings = new Completions({
      ...common,
      write: async (outcomes) => {
        const recorded = await finishRuns(endSql, outcomes);
        return outcomes.map(({ id }) => (recorded.has(id) ? ENDED : REFUSED));
      },
      unwritten: REFUSED,
      simplify: unstorable,
    });
    this.#failures = new Completions({
      ...common,
      write: async (failures) => {
        const settled = await retryRuns(sql, failures);
        return failures.map(({ leaseToken }) => settled.get(leaseToken) ?? null);
      },
      unwritten: null,
      simplify: withErrorAlone,
    });
    this.#snoozes = new Completions({
      ...common,
      write: async (snoozes) => {
        const settled = await snoozeRuns(sql, snoozes);
        return snoozes.map(({ leaseToken }) => settled.get(leaseToken) ?? null);
      },
      unwritten: null,
      simplify: (snooze) => (snooze.reason === null ? null : { ...snooze, reason: null }),
    });
  }

  /** Calls `onRecorded` once the outcome is recorded, however long the database is unreachable. */
  record(execution: RunExecution, result: ExecutionEnd, onRecorded: OnRecorded): void {
    if (result.status === 'snoozed') this.#snooze(execution, result, onRecorded);
    else if (hasMoreToIt(execution.run, result)) this.#fail(execution, result, onRecorded);
    else this.#end(execution, result, onRecorded);
  }

  #end(execution: RunExecution, result: ExecutionOutcome, onRecorded: OnRecorded): void {
    const { status, error } = result;
    const outcome: Outcome = Object.assign(commonTo(execution, result), { status, error });
    this.#endings.record(outcome, onRecorded);
  }

  #fail(execution: RunExecution, result: ExecutionOutcome, onRecorded: OnRecorded): void {
    const delayMs = result.retryInMs ?? this.#delayMs(execution.run);
    const failure: FailedAttempt = {
      ...commonTo(execution, result),
      claimNo: execution.run.claimNo,
      error: result.error ?? '',
      isTimeOut: result.isTimeOut === true,
      isCrash: result.crashed === true,
      isWorthRepeating: result.isFinal !== true,
      delayMs,
    };
    this.#failures.record(failure, (next) => {
      if (next === 'QUEUED') onRecorded({ as: 'retried', delayMs });
      else onRecorded(next === null ? REFUSED : ENDED);
    });
  }

  #snooze({ run }: RunExecution, { delayMs, reason }: SnoozeResult, onRecorded: OnRecorded): void {
    const { id, leaseToken, claimNo } = run;
    this.#snoozes.record({ id, leaseToken, claimNo, delayMs, reason }, (next) => {
      if (next === 'QUEUED') onRecorded({ as: 'snoozed', delayMs });
      else onRecorded(next === null ? REFUSED : CANCELLED);
    });
  }

  #delayMs(run: ClaimedRun): number {
    const { registry, random = Math.random } = this.#options;
    const policy: RetryPolicy = { ...defaultRetry, ...(run.retryPolicy ?? registry.retry(run.jobName)) };
    return retryDelayMs(policy, run.attempt, random);
  }
}

/**
 * Whether a run needs the slower statement: it may be repeated, or the engine itself ends it, which leaves a message.
 * That statement decides; this only spares it the clear cases.
 */
function hasMoreToIt(run: ClaimedRun, { status, isTimeOut, crashed, isFinal }: ExecutionOutcome): boolean {
  if (status !== 'FAILED') return false;
  return isTimeOut === true || crashed === true || (isFinal !== true && run.attempt < run.maxAttempts);
}

function commonTo(execution: RunExecution, result: ExecutionOutcome) {
  const { progressPercent, progressMessage, steps } = execution.progressAtEnd(result.status);
  return {
    id: execution.run.id,
    leaseToken: execution.run.leaseToken,
    errorStack: result.errorStack,
    metadata: result.json,
    metadataTruncated: result.truncated,
    usage: execution.usage,
    progressPercent,
    progressMessage,
    steps,
  };
}

/** An outcome that can't be stored fails its run, because another attempt would have the same. */
function unstorable(outcome: Outcome, error: unknown): Outcome | null {
  if (outcome.metadata === null && outcome.status === 'FAILED') return null;
  const reason = error instanceof Error ? error.message : String(error);
  const shown = `${finalErrors.outcome} (${outcome.status}): ${reason}`.slice(0, 900);
  return { ...outcome, status: 'FAILED', error: shown, errorStack: null, ...NOTHING_ELSE };
}

/** Of a failed attempt only the error is needed; the rest is left out where PostgreSQL refuses it. */
function withErrorAlone(failure: FailedAttempt): FailedAttempt | null {
  const { errorStack, metadata, progressMessage, steps } = failure;
  if ([errorStack, metadata, progressMessage, steps].every((text) => text === null)) return null;
  return { ...failure, errorStack: null, ...NOTHING_ELSE };
}

const NOTHING_ELSE = { metadata: null, metadataTruncated: true, progressMessage: null, steps: null };
