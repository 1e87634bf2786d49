import type { JobDefinition, JobRunSummary } from '@job-manager/shared/contract/run';
import { defaultSlowAfterMs, slowPartOfTimeout } from '@job-manager/shared/run';

export type Attention = 'stalled' | 'slow' | null;

/** When a run needs attention; unknown until the server has answered. */
export interface Limits {
  slowAfterMs?: number;
  stalledAfterMs?: number;
}

/** Silence after which this run counts as stalled: an external program's run has a limit of its own. */
export const silenceLimit = (run: JobRunSummary, { stalledAfterMs }: Limits): number | undefined =>
  run.inactivityTimeoutMs ?? stalledAfterMs;

/** Time after which this run counts as slow: where its job states none, some time before its timeout ends it. */
export const slownessLimit = (run: JobRunSummary, { slowAfterMs }: Limits): number | undefined =>
  slowAfterMs ?? (run.timeoutMs === null ? defaultSlowAfterMs : slowPartOfTimeout * run.timeoutMs);

/**
 * Whether a run needs attention: stalled when its runner has gone silent, slow when it lives but takes
 * longer than its job normally does.
 */
export function attentionOf(run: JobRunSummary, limits: Limits, now: number): Attention {
  if (run.status !== 'RUNNING') return null;
  const { stalledAt, slowAt } = momentsOf(run, limits);
  if (now > stalledAt) return 'stalled';
  return now > slowAt ? 'slow' : null;
}

/** From when on a run needs attention unless its runner reports, in milliseconds; infinite for never. */
export function attentionFrom(run: JobRunSummary, limits: Limits): number {
  if (run.status !== 'RUNNING') return Number.POSITIVE_INFINITY;
  const { stalledAt, slowAt } = momentsOf(run, limits);
  return Math.min(stalledAt, slowAt);
}

interface Moments {
  limits: Limits;
  stalledAt: number;
  slowAt: number;
}

// Thousands of runs are checked each second, and a time is read from its text slowly.
const known = new WeakMap<JobRunSummary, Moments>();

function momentsOf(run: JobRunSummary, limits: Limits): Moments {
  const before = known.get(run);
  if (before?.limits === limits) return before;
  const momentAfter = (since: string | null, limit: number | undefined) =>
    since === null || limit === undefined ? Number.POSITIVE_INFINITY : Date.parse(since) + limit;
  const moments = {
    limits,
    stalledAt: momentAfter(run.lastHeartbeatAt ?? run.startedAt, silenceLimit(run, limits)),
    slowAt: momentAfter(run.startedAt, slownessLimit(run, limits)),
  };
  known.set(run, moments);
  return moments;
}

/** The limits of each job's runs, by the job's name. */
export type LimitsOf = (jobName: string) => Limits;

/** Reads them from the jobs of the server; answers the same object for the same job. */
export function limitsOf(definitions: readonly JobDefinition[] = [], stalledAfterMs?: number): LimitsOf {
  const known = new Map(definitions.map(({ name, slowAfterMs }) => [name, { slowAfterMs, stalledAfterMs }]));
  const others = { stalledAfterMs };
  return (jobName) => known.get(jobName) ?? others;
}
