import type { BatchRow } from '@job-manager/engine/store/batches';
import type { JobRunBatch } from '@job-manager/shared/contract/batches';

/** A batch as the API shows it. Runs that were removed by retention have ended and are counted in no state. */
export function presentBatch(row: BatchRow): JobRunBatch {
  const { queued, running, success, failed, cancelled } = row;
  return {
    id: row.id,
    name: row.name,
    total: row.total,
    counts: { queued, running, success, failed, cancelled },
    progressPercent: (100 * Math.max(0, row.total - queued - running)) / row.total,
    callbackRunId: row.callbackRunId,
    createdAt: row.createdAt.toISOString(),
    createdBy: row.createdBy,
    finishedAt: row.finishedAt?.toISOString() ?? null,
  };
}
