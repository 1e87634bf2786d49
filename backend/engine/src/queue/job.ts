import type { StepPlan } from '@job-manager/shared/contract/message';
import type { scheduleSettings } from '@job-manager/shared/contract/schedules';
import type { RetryPolicy } from '@job-manager/shared/retry';
import type * as z from 'zod';
import type { UpstreamRun } from '../store/upstream.js';

export type { UpstreamRun };

/**
 * What an application gives its jobs, as `ctx.services`. It names the types once, by adding to this interface:
 * `declare module '@job-manager/server' { interface JobServices { mailer: Mailer } }`.
 */
// biome-ignore lint/suspicious/noEmptyInterface: applications add to it
export interface JobServices {}

/** What a job may use: its own run and what the application gives, nothing of the engine. */
export interface JobContext {
  readonly runId: string;
  /** 1 for the first execution that counts. */
  readonly attempt: number;
  /** Grows with every claim and is never reused: a fence for effects outside the database. */
  readonly claimNo: number;
  /** The caller's id of what the run belongs to; what the job queues has the same, unless it names another one. */
  readonly correlationId: string | null;
  /** When this execution began, by the database's clock; jobs that reckon with time start from here. */
  readonly startedAt: Date;
  /** Aborted when the run is to stop; pass it to whatever can be interrupted. */
  readonly signal: AbortSignal;
  readonly log: JobLog;
  /** What the application gives its jobs, made once per process. */
  readonly services: JobServices;
  /**
   * Reports how much is done, 0 to 1; a percentage is left out, with a warning on the run. Cheap: call it as often as you like, the newest wins. The whole never goes
   * back, and reaches 100 % when the run has succeeded.
   */
  progress(fraction: number, message?: string): void;
  /**
   * Plans the steps of the run, shown with a bar each; called again, it adds steps that were not known before.
   * Progress is their weighted sum from then on. Throws for an id that is there already.
   */
  pipeline(plan: readonly StepPlan[]): void;
  /** A planned step, at whatever depth. Throws for one that isn't planned. */
  step(id: string): StepHandle;
  /** Adds to the metadata of the run; kept with the run, and shown. */
  setMetadata(values: Record<string, unknown>): void;
  /** Throws when the run is to stop. Costs no query. Await it between batches: it also yields to the event loop. */
  checkCancellation(): Promise<void>;
  /**
   * Waits so many milliseconds, however many; Infinity waits until the run is to stop, and what is not above 0 for one
   * turn. Throws when the run is to stop, and TypeError for NaN.
   */
  pause(ms: number): Promise<void>;
  /**
   * The runs that this one waited for and what they returned, in the order given; in a run that a batch calls back
   * the runs of the batch. Empty for a run that waited for no other.
   */
  upstream(): Promise<UpstreamRun[]>;
  /**
   * Fails this attempt, as any thrown error does. With `retry: false` it is the last, whatever attempts are left, for
   * errors that would occur again, such as a user who doesn't exist.
   */
  fail(reason: string, options?: { retry?: boolean | undefined }): never;
  /**
   * Fails this attempt, and has the next begin after exactly so many milliseconds (up to ten years) instead of the
   * backoff: `Retry-After`. Uses up an attempt; where none is left the run fails with the reason. Throws.
   */
  retryIn(ms: number, reason: string): never;
  /**
   * Ends this execution without an outcome and has the run begin again after so many milliseconds, up to ten years.
   * Uses up no attempt and so never fails the run, however often; metadata of the execution is not kept. At least a
   * second, and a minute from the hundredth execution of the run on. Throws.
   */
  snooze(ms: number, reason?: string): never;
}

/** One step of a run. It runs from its first report on; other steps are left as they are, for several may run at once. */
export interface StepHandle {
  start(message?: string): void;
  /** How much of this step is done, 0 to 1; 1 ends it. Without a message the step's label is shown. */
  progress(fraction: number, message?: string): void;
  done(message?: string): void;
  /** Divides this step into steps of its own; its progress is theirs from then on. */
  pipeline(plan: readonly StepPlan[]): void;
}

/**
 * Messages of the run: kept with it, shown in the panel and written to the runner's log. Costs no query and is
 * never waited for. Secrets in them are redacted.
 */
export interface JobLog {
  info: LogCall;
  warn: LogCall;
  error: LogCall;
}

interface LogCall {
  (message: string, data?: Record<string, unknown>): void;
  /** In the order of pino. */
  (data: Record<string, unknown> | Error, message?: string): void;
}

type ParametersSchema = z.ZodObject;

/**
 * Times at which a job runs by itself: a cron line or an interval, in UTC by default. `name` is unique over all
 * schedules; it identifies the schedule from one start to the next, so that a pause stays.
 */
export type CodeSchedule<Parameters = Record<string, unknown>> = Omit<
  z.input<typeof scheduleSettings>,
  'jobName' | 'parameters'
> & { parameters?: Parameters | undefined };

export interface JobDefinition<Schema extends ParametersSchema = ParametersSchema> {
  /** Begins with a letter; letters, digits and `. : _ -` follow. Also the id in URLs and on the command line. */
  name: string;
  description: string;
  /** Command lines that work as they stand, for those who run it. */
  examples?: string[] | undefined;
  /** Raised when the same input would give another result; 1 by default. */
  algorithmVersion?: string | undefined;
  /** Each field with `.describe()`: the panel, the API document and `--help` show it. */
  parameters: Schema;
  /** What "Load Defaults" fills in; must pass `parameters`. */
  defaultParams?: z.input<Schema> | undefined;
  /** Sets of parameters that the form offers by name; each must pass `parameters`. */
  presets?: Record<string, z.input<Schema>> | undefined;
  /** The product's own: it is not offered with the other jobs, and its runs don't count in the statistics of a day. */
  isInternal?: boolean | undefined;
  /** The channel its runs queue in; `default` by default. */
  channel?: string | undefined;
  /** -100 to 100, lower first within the channel; 0 by default. */
  priority?: number | undefined;
  /**
   * How often a run may be begun after an error; the loss of a runner uses up no attempt. 3 by default; with 1 a run
   * never begins twice, whatever happens.
   */
  maxAttempts?: number | undefined;
  /** How long failed attempts wait before the next; what is left out is as `defaultRetry` in `shared/src/retry.ts`. */
  retry?: Partial<RetryPolicy> | undefined;
  /**
   * A run that crashed so many processes in which it was alone is stopped, whatever attempts are left. 3 by default.
   */
  maxCrashes?: number | undefined;
  /**
   * Runs in a process of its own, so that an endless loop, a leak or a crash affects no other run, and force-fail
   * really ends it.
   */
  isolated?: boolean | undefined;
  /** An isolated attempt that takes more memory than this is ended. */
  memoryLimitMb?: number | undefined;
  /** A run that takes longer is marked slow. 30 minutes by default, or four fifths of a timeout that comes before. */
  slowAfterMs?: number | undefined;
  /** An attempt that takes longer is failed; null for as long as it likes. An hour by default. */
  timeoutMs?: number | null | undefined;
  /** When it runs by itself; a schedule that is removed here is removed from the database at the next start. */
  schedules?: CodeSchedule<z.input<Schema>>[] | undefined;
  /** What lists show of a run that succeeded, from its metadata: "4,120 scores". It stands for the last message of its progress. */
  summary?(metadata: Record<string, unknown>): string;
  /** The work. What it returns is added to the metadata; what it throws fails the run. */
  // biome-ignore lint/suspicious/noConfusingVoidType: a job may return metadata or simply end
  run(ctx: JobContext, parameters: z.output<Schema>): Promise<Record<string, unknown> | void>;
}

/** Any job, its parameter types forgotten; parse before calling `run`. */
export type AnyJob = JobDefinition;

/** A job with typed name and parameters, for code that enqueues it. */
export interface Job<Name extends string, Schema extends ParametersSchema> extends AnyJob {
  name: Name;
  parameters: Schema;
}

/** Declares a job. `createRegistry` checks it at start. */
export function defineJob<Schema extends ParametersSchema, Name extends string>(
  job: JobDefinition<Schema> & { name: Name },
): Job<Name, Schema> {
  // Its code is called with what its own schema has parsed.
  return job as unknown as Job<Name, Schema>;
}
