import type { JobRunSummary } from '@job-manager/shared/contract/run';

/** The run that is executed for the longest time; undefined where none is. */
export function longestRunning(runs: readonly JobRunSummary[]): JobRunSummary | undefined {
  let longest: JobRunSummary | undefined;
  for (const run of runs) {
    if (run.status !== 'RUNNING' || run.startedAt === null) continue;
    if (longest?.startedAt == null || run.startedAt < longest.startedAt) longest = run;
  }
  return longest;
}
