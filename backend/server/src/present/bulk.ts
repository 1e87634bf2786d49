import type { BulkPreviewRow, BulkRow } from '@job-manager/engine/store/bulk';
import type { BulkOperation, BulkPreview, BulkRequest } from '@job-manager/shared/contract/bulk';
import type { JobRunSummary } from '@job-manager/shared/contract/run';
import type { JobUIStatus } from '@job-manager/shared/run';

/** An operation on many runs as the API shows it. */
export function presentBulk({ request, problems, startedAt, finishedAt, ...row }: BulkRow): BulkOperation {
  return {
    ...row,
    problems: Object.entries(problems).map(([reason, count]) => ({ reason, count })),
    ids: request.ids?.length ?? null,
    filter: request.filter ?? null,
    reason: request.reason ?? null,
    startedAt: startedAt.toISOString(),
    finishedAt: finishedAt?.toISOString() ?? null,
  };
}

const OTHER_STATE = {
  QUEUED: 'queued',
  RUNNING: 'running',
  CANCEL_REQUESTED: 'requested to stop before',
  SUCCESS: 'succeeded',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
} as const satisfies Record<JobUIStatus, string>;

/** What an operation would do; `first` are the first of its runs. */
export function presentBulkPreview(
  { ids }: BulkRequest,
  { token, total, isCut, searchedBackTo, rest, byJob, byStatus, inOtherState, ofUnknownJobs, found }: BulkPreviewRow,
  first: JobRunSummary[],
): BulkPreview {
  const removed = ids === undefined ? 0 : new Set(ids).size - found;
  return {
    token,
    total,
    isCut,
    searchedBackTo: searchedBackTo?.toISOString() ?? null,
    rest: rest && { from: rest.from?.toISOString(), to: rest.to?.toISOString() },
    byJob,
    byStatus,
    first,
    cannot: [
      ...inOtherState.map(({ status, runs }) => ({ reason: OTHER_STATE[status], count: runs })),
      ...ofUnknownJobs.map(({ jobName, runs }) => ({ reason: `no code of ${jobName}`, count: runs })),
      ...(removed > 0 ? [{ reason: 'removed', count: removed }] : []),
    ],
  };
}
