import type { JobDefinition, JobRunSummary } from '@job-manager/shared/contract/run';

/** Silence after which a running run counts as stalled, as the server reckons it. */
const STALLED_AFTER_MS = 5 * 60_000;

export type Attention = 'stalled' | 'slow' | null;

/**
 * Whether a run needs looking at: stalled when its runner has gone silent, slow when it lives but takes
 * longer than its job normally does.
 */
export function attentionOf(run: JobRunSummary, slowAfterMs: number | undefined, now: number): Attention {
  if (run.status !== 'RUNNING') return null;
  const heardAt = run.lastHeartbeatAt ?? run.startedAt;
  if (heardAt !== null && now - Date.parse(heardAt) > STALLED_AFTER_MS) return 'stalled';
  const isSlow = slowAfterMs !== undefined && run.startedAt !== null && now - Date.parse(run.startedAt) > slowAfterMs;
  return isSlow ? 'slow' : null;
}

/** After how long a run of each job counts as slow, by the job's name. */
export type SlowThresholds = ReadonlyMap<string, number>;

export const slowThresholds = (definitions: readonly JobDefinition[] | undefined): SlowThresholds =>
  new Map(definitions?.map(({ name, slowAfterMs }) => [name, slowAfterMs]));
