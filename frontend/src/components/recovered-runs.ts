import type { JobRunSummary } from '@job-manager/shared/contract/run';
import type { JobRunStatus } from '@job-manager/shared/run';

/** What becomes of a run that is helped. */
export const expectedOutcomes: Record<JobRunStatus, string> = {
  QUEUED: 'Back to the queue',
  RUNNING: 'Goes on',
  SUCCESS: 'Succeeds',
  FAILED: 'Fails',
  CANCELLED: 'Is cancelled',
};

/** What has become of it. */
export const outcomeLabels: Record<JobRunStatus, string> = {
  QUEUED: 'Back in the queue',
  // Claimed again before the answer was written.
  RUNNING: 'Running again',
  SUCCESS: 'Succeeded',
  FAILED: 'Failed',
  CANCELLED: 'Cancelled',
};

const NAMED = 20;

/** "Back in the queue: match-scores #12. Failed: trending #13." */
export function recoveredRuns(runs: readonly JobRunSummary[]): string {
  const groups = new Map<JobRunStatus, string[]>();
  for (const run of runs.slice(0, NAMED)) {
    groups.set(run.status, [...(groups.get(run.status) ?? []), `${run.jobName} #${run.id}`]);
  }
  const sentences = [...groups].map(([status, names]) => `${outcomeLabels[status]}: ${names.join(', ')}.`);
  if (runs.length > NAMED) sentences.push(`And ${runs.length - NAMED} more.`);
  return sentences.join(' ');
}
