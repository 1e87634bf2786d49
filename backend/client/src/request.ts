import type { JobRunTrigger, OnConflict, RetryPolicy, UniqueScope, WaitCondition } from './shared.js';

/** A key that only one run of a job has at a time. */
export interface UniqueKey {
  key: string;
  /** How long the key is taken: until the run is claimed, until it has ended (the default), or for `periodMs`. */
  scope?: UniqueScope | undefined;
  /** With the scope `period`: for so long after it was enqueued. */
  periodMs?: number | undefined;
  /**
   * What happens when it is taken: `refuse` throws; `existing` (the default) answers the run that has it; `replace`
   * gives the queued run these parameters and this time, and where it has begun waits behind it; `after` waits behind it.
   */
  onConflict?: OnConflict | undefined;
  /**
   * With `replace`: the run is due so long after the key's first request at the latest, however often later requests
   * give it another time.
   */
  maxWaitMs?: number | undefined;
}

/** Another run of the same call, by its place in it. */
export interface RunOfCall {
  index: number;
}

/** A run to be queued. The job decides what is left out. */
export interface RunRequest {
  jobName: string;
  parameters?: Record<string, unknown> | undefined;
  channel?: string | undefined;
  /** -100 to 100, lower first within the channel. */
  priority?: number | undefined;
  /** Not before this time. */
  runAt?: Date | string | undefined;
  /** Not before so long from now, instead of `runAt`; 0 is now. */
  delayMs?: number | undefined;
  /** What the run is about, for people. */
  scope?: string | undefined;
  /**
   * The caller's own id of what the run belongs to, to find it by; without, it is that of the run in `rerunOfId`, else of the run
   * whose code queues it, else of the first in `after` that has one.
   */
  correlationId?: string | undefined;
  /** The trace context of W3C that its attempts belong to; where the application records traces, that of a span for this call. */
  traceparent?: string | undefined;
  maxAttempts?: number | undefined;
  /** How long failed attempts wait before the next. */
  retry?: Partial<RetryPolicy> | undefined;
  /** How long an attempt may take; null for as long as it likes. */
  timeoutMs?: number | null | undefined;
  /** Ids of runs to wait for; in a call of many also runs of the call. */
  after?: readonly (string | RunOfCall)[] | undefined;
  /** What is expected of the runs in `after`; `succeeded` by default. */
  when?: WaitCondition | undefined;
  unique?: UniqueKey | undefined;
  /** The same key answers the same run, for as long as that run is kept. */
  idempotencyKey?: string | undefined;
  /** The finished run that this one repeats. */
  rerunOfId?: string | undefined;
  trigger?: JobRunTrigger | undefined;
}

/** A run that begins when all runs of a batch have ended. */
export interface BatchCallback {
  jobName: string;
  parameters?: Record<string, unknown> | undefined;
  /** `finished` by default; with `succeeded` it is cancelled when one of the runs does not succeed. */
  when?: WaitCondition | undefined;
}

/** What the code of a job declares about its runs, for requests that don't. */
export interface JobSettings {
  channel: string;
  priority: number;
  algorithmVersion: string;
  maxAttempts: number;
  maxCrashes: number;
  timeoutMs: number | null;
}
