import { type ActivityRange, definitions } from '@job-manager/shared/contract/definitions';
import { createTanstackQueryUtils } from '@orpc/tanstack-query';
import { createClient } from './client';

// Made apart from the other calls: the first page makes none of these.
const { definitions: calls } = createClient({ definitions });
const api = createTanstackQueryUtils(calls, { path: ['definitions'] });

/** The last run of each job, what ended in the range, and when it is next due. */
export const activityQuery = (range: ActivityRange = '24h') =>
  api.activity.queryOptions({ input: { range }, select: ({ jobs }) => jobs });

const USUAL_FRESH_MS = 10 * 60_000;

// One function for all rows that read it: for another one the library would create the map again at each of their
// renders.
const byName = ({ jobs }: Awaited<ReturnType<typeof calls.usual>>) => new Map(jobs.map((job) => [job.jobName, job]));

/** How long successful runs of each job take, by its name. */
export const usualQuery = () =>
  api.usual.queryOptions({
    select: byName,
    staleTime: USUAL_FRESH_MS,
    meta: { isQuiet: true },
  });

/** The last different parameters that a job was run with. */
export const recentQuery = (jobName: string) =>
  api.recent.queryOptions({ input: { jobName }, select: ({ recent }) => recent });
