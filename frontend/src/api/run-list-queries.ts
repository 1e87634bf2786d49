import { type queueStates, runLists } from '@job-manager/shared/contract/run-lists';
import type { JobUIStatus } from '@job-manager/shared/run';
import { createTanstackQueryUtils } from '@orpc/tanstack-query';
import { createClient } from './client';

// Made apart from the other calls: the first page makes none of these.
const api = createTanstackQueryUtils(createClient({ runLists })).runLists;

/** Runs, batches and schedules by number, correlation id, key or name. */
export const lookupQuery = (q: string) =>
  api.lookup.queryOptions({
    input: { q },
    select: ({ hits }) => hits,
    gcTime: 0,
    meta: { isQuiet: true },
  });

export interface QueueFilter {
  channel?: string;
  jobName?: string;
  state?: (typeof queueStates)[number];
}

/** What the acts on many runs and runners would find now. */
export const operationCountsQuery = () => api.operations.queryOptions();

/** The automatic clean-ups, and what they will do next. */
export const automaticCleanUpQuery = () => api.automatic.queryOptions();

/** Queued runs in the order in which they are claimed, after the first `skip`, 50 at a time. */
export const queueQuery = (filter: QueueFilter, skip = 0) =>
  api.queue.infiniteOptions({
    input: (cursor: string | undefined) => ({ ...filter, ...(cursor === undefined ? { skip } : { cursor }) }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ cursor }) => cursor ?? undefined,
    gcTime: 0,
  });

/** The runs that hang together with a run. */
export const graphQuery = (jobRunId: string) => api.graph.queryOptions({ input: { jobRunId } });

/** What ended before and after a run of the same job, how long it usually takes, and those that failed alike: of a run in one state none of it changes much. */
export function neighboursQuery({ id, status }: { id: string; status: JobUIStatus }) {
  const options = api.neighbours.queryOptions({ input: { jobRunId: id } });
  return {
    ...options,
    queryKey: [...options.queryKey, status],
    staleTime: Number.POSITIVE_INFINITY,
    meta: { isQuiet: true },
  };
}

/** What people and the product did to a run. `state` changes when there may be new entries. */
export function activityQuery(jobRunId: string, state: string) {
  const options = api.activity.queryOptions({ input: { jobRunId } });
  return { ...options, queryKey: [...options.queryKey, state] };
}
