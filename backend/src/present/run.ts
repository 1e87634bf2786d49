import type { JobRun, JobRunSummary } from '@job-manager/shared/contract/run';
import type { RunRow, RunSummaryRow } from '../store/run-row.js';

/** A run as lists and the socket show it. */
export function presentSummary(row: RunSummaryRow): JobRunSummary {
  return {
    id: row.id,
    jobName: row.jobName,
    channel: row.channel,
    priority: row.priority,
    status: row.status,
    trigger: row.trigger,
    scope: row.scope,
    algorithmVersion: row.algorithmVersion,
    error: row.error,
    progressPercent: row.progressPercent,
    progressMessage: row.progressMessage,
    attempt: row.attempt,
    maxAttempts: row.maxAttempts,
    runAt: row.runAt.toISOString(),
    queuedAt: row.queuedAt.toISOString(),
    startedAt: isoOrNull(row.startedAt),
    finishedAt: isoOrNull(row.finishedAt),
    lastHeartbeatAt: isoOrNull(row.lastHeartbeatAt),
    durationMs: numberOrNull(row.durationMs),
    queueDelayMs: numberOrNull(row.queueDelayMs),
    triggeredBy: personOrNull(row.triggeredById, row.triggeredByEmail),
    cancelRequestedBy: personOrNull(row.cancelRequestedById, row.cancelRequestedByEmail),
    cancelRequestedAt: isoOrNull(row.cancelRequestedAt),
    runnerId: row.runnerId,
    rerunOfId: row.rerunOfId,
    claimNo: row.claimNo,
    rev: row.rev,
  };
}

/** A whole run. */
export function presentRun(row: RunRow): JobRun {
  return {
    ...presentSummary(row),
    parameters: row.parameters,
    metadata: row.metadata,
    metadataTruncated: row.metadataTruncated,
    errorStack: row.errorStack,
  };
}

const isoOrNull = (time: Date | null) => time?.toISOString() ?? null;
const numberOrNull = (value: string | null) => (value === null ? null : Number(value));
const personOrNull = (id: number | null, email: string | null) => (id === null ? null : { id, email: email ?? '' });
