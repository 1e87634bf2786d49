import type { JobRunSummary } from '@job-manager/shared/contract/run';

/** Within this a run is as good as due, and starts before the text that it waits could be read. */
const ANY_MOMENT_MS = 1_000;

/** Whether a queued run waits for its time, or for that of its next attempt. */
export const isScheduled = (run: Pick<JobRunSummary, 'status' | 'runAt'>, now: number): boolean =>
  run.status === 'QUEUED' && Date.parse(run.runAt) > now + ANY_MOMENT_MS;
