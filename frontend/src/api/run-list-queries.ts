import { runLists } from '@job-manager/shared/contract/run-lists';
import { limits } from '@job-manager/shared/limits';
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

/** The queue beyond what the live list has, 50 runs at a time. */
export const queueQuery = () =>
  api.queue.infiniteOptions({
    input: (cursor: string | undefined) => (cursor === undefined ? { skip: limits.queuedInSnapshot } : { cursor }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ cursor }) => cursor ?? undefined,
    gcTime: 0,
  });

/** The queue of a channel or of a job in the order in which it is claimed, 50 runs at a time. */
export const queueOfQuery = (filter: { channel: string } | { jobName: string }) =>
  api.queue.infiniteOptions({
    input: (cursor: string | undefined) => (cursor === undefined ? filter : { ...filter, cursor }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ cursor }) => cursor ?? undefined,
  });

/** The runs that hang together with a run. */
export const graphQuery = (jobRunId: string) => api.graph.queryOptions({ input: { jobRunId } });

/** What ended before and after a run of the same job, and how long it usually takes: what came before does not change. */
export const neighboursQuery = (jobRunId: string) =>
  api.neighbours.queryOptions({
    input: { jobRunId },
    staleTime: Number.POSITIVE_INFINITY,
    meta: { isQuiet: true },
  });

/** What people and the product did to a run. `state` is whatever makes for new entries. */
export function activityQuery(jobRunId: string, state: string) {
  const options = api.activity.queryOptions({ input: { jobRunId } });
  return { ...options, queryKey: [...options.queryKey, state] };
}
