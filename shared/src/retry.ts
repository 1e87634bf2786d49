/** How failed attempts of a run are repeated. */
export interface RetryPolicy {
  /** The most the first repetition waits; each later one may wait `factor` times longer. */
  backoffMs: number;
  factor: number;
  /** No repetition waits longer. */
  maxBackoffMs: number;
}

/** The default where neither the job nor the request has a policy. */
export const defaultRetry = { backoffMs: 10_000, factor: 2, maxBackoffMs: 3_600_000 } as const satisfies RetryPolicy;

export const defaultMaxAttempts = 3;
/** A run that crashes its process so many times is poison: it would crash the next one as well. */
export const defaultMaxCrashes = 3;

/**
 * How long a run waits before its next attempt, in milliseconds. Exponential with full jitter: anything between
 * nothing and the whole backoff, so that runs that failed together don't come back together.
 * `random` gives numbers from 0 up to 1. See "Exponential Backoff And Jitter", AWS Architecture Blog.
 */
export function retryDelayMs(policy: RetryPolicy, failedAttempt: number, random: () => number): number {
  const { backoffMs, factor, maxBackoffMs } = policy;
  // Nothing times infinity is no number.
  const growth = Math.min(factor ** (failedAttempt - 1), Number.MAX_VALUE);
  const most = Math.min(maxBackoffMs, backoffMs * growth);
  return Math.round(most * random());
}
