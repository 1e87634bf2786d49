import type { JobRunTrigger, OnConflict, RetryPolicy, UniqueScope, WaitCondition } from './shared.js';

/** A key that only one run of a job has at a time. */
export interface UniqueKey {
  key: string;
  /** How long the key is taken: until the run is claimed, until it has ended (the default), or for `periodMs`. */
  scope?: UniqueScope;
  /** With the scope `period`: for so long after it was enqueued. */
  periodMs?: number;
  /**
   * What happens when it is taken: `refuse` throws; `existing` (the default) answers the run that has it; `replace`
   * gives the queued run these parameters and this time, and where it has begun waits behind it; `after` waits behind it.
   */
  onConflict?: OnConflict;
  /**
   * With `replace`: the run is due so long after the key's first request at the latest, however often later requests
   * give it another time.
   */
  maxWaitMs?: number;
}

/** Another run of the same call, by its place in it. */
export interface RunOfCall {
  index: number;
}

/** A run to be queued. The job decides what is left out. */
export interface RunRequest {
  jobName: string;
  parameters?: Record<string, unknown>;
  channel?: string;
  /** -100 to 100, lower first within the channel. */
  priority?: number;
  /** Not before this time. */
  runAt?: Date | string;
  /** Not before so long from now, instead of `runAt`; 0 is now. */
  delayMs?: number;
  /** What the run is about, for people. */
  scope?: string;
  /**
   * The caller's own id of what the run belongs to, to find it by; without, it is that of the run in `rerunOfId`, else of the run
   * whose code queues it, else of the first in `after` that has one.
   */
  correlationId?: string;
  /** The trace context of W3C that its attempts belong to; where the application records traces, that of a span for this call. */
  traceparent?: string;
  maxAttempts?: number;
  /** How long failed attempts wait before the next. */
  retry?: Partial<RetryPolicy>;
  /** How long an attempt may take; null for as long as it likes. */
  timeoutMs?: number | null;
  /** Ids of runs to wait for; in a call of many also runs of the call. */
  after?: readonly (string | RunOfCall)[];
  /** What is expected of the runs in `after`; `succeeded` by default. */
  when?: WaitCondition;
  unique?: UniqueKey;
  /** The same key answers the same run, for as long as that run is kept. */
  idempotencyKey?: string;
  /** The finished run that this one repeats. */
  rerunOfId?: string;
  trigger?: JobRunTrigger;
}

/** A run that begins when all runs of a batch have ended. */
export interface BatchCallback {
  jobName: string;
  parameters?: Record<string, unknown>;
  /** `finished` by default; with `succeeded` it is cancelled when one of the runs does not succeed. */
  when?: WaitCondition;
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
