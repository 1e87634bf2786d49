import { runLists } from '@job-manager/shared/contract/run-lists';
import { createTanstackQueryUtils } from '@orpc/tanstack-query';
import { createClient } from './client';

const api = createTanstackQueryUtils(createClient({ runLists })).runLists;

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
