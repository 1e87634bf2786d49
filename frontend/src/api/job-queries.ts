import type { countedFields, HistoryFilterInput } from '@job-manager/shared/contract/history';
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { boundsOf, type OpenRange } from '../lib/time-range';
import { api, client } from './client';
import { serverNow } from './server-clock';

export const PAGE_SIZE = 50;

/** Conditions that are looked up in the runs themselves. */
export type MoreFilters = Omit<HistoryFilterInput, (typeof countedFields)[number]>;

export interface HistoryFilters {
  /** A job, or several with commas between. */
  jobName?: string;
  /** A status, or several with commas between. */
  status?: string;
  /** When it finished. */
  time?: OpenRange;
  /** Failed of this cause, by its fingerprint. */
  cause?: string;
  /** Undefined for none. */
  more?: MoreFilters;
}

/** Jobs that can be run; they change only with a new version of the server. */
export const definitionsQuery = () =>
  api.jobs.definitions.queryOptions({ staleTime: Number.POSITIVE_INFINITY, select: ({ jobs }) => jobs });

/** Silence after which a run of ours counts as stalled; comes with the definitions. */
export const stalledAfterQuery = () =>
  api.jobs.definitions.queryOptions({
    staleTime: Number.POSITIVE_INFINITY,
    select: ({ stalledAfterMs }) => stalledAfterMs,
  });

/** Counts as of now: the server's cache of half a minute is for programs that poll. */
export const statsQuery = () => api.jobs.stats.queryOptions({ input: { refresh: 'true' } });

/** Where a page of the history begins: its number, or the `cursor` of the one before. */
interface HistoryPagePlace {
  page: number;
  cursor?: string;
}

/** A page of the finished runs; a range that ends now moves on with each time it is read. */
export const historyQuery = (
  { time, more, ...filters }: HistoryFilters,
  { page, cursor }: HistoryPagePlace,
  pageSize = PAGE_SIZE,
) =>
  queryOptions({
    queryKey: [...api.jobs.history.key(), { ...filters, more, time, page, cursor, pageSize }],
    queryFn: ({ signal }) => {
      const times = time === undefined ? {} : boundsOf(time, serverNow());
      return client.jobs.history({ ...filters, ...more, ...times, page, cursor, pageSize }, { signal });
    },
    placeholderData: keepPreviousData,
  });

/** The active runs as of now, for as long as the socket doesn't bring them. */
export const activeQuery = () =>
  api.jobs.active.queryOptions({ select: ({ runs }) => runs, gcTime: 0, meta: { isQuiet: true } });

/** Names of all jobs that have finished runs: also those of other programs, and of jobs whose code is gone. */
export const historyJobNamesQuery = () =>
  api.jobs.historyJobNames.queryOptions({ staleTime: 30_000, select: ({ jobNames }) => jobNames });

export const runQuery = (jobRunId: string) => api.jobs.get.queryOptions({ input: { jobRunId } });

export const historyKey = () => api.jobs.history.key();
export const statsKey = () => api.jobs.stats.key();
export const runKey = (jobRunId: string) => api.jobs.get.key({ input: { jobRunId } });

type EnqueueInput = Parameters<typeof client.jobs.enqueue>[0] & { idempotencyKey: string };

export const enqueueRun = ({ idempotencyKey, ...input }: EnqueueInput) =>
  client.jobs.enqueue(input, { context: { idempotencyKey } });

/** The parameters of a run with the secrets in them; the server writes down who looked. */
export const revealParameters = (jobRunId: string) => client.jobs.reveal({ jobRunId });

/** Cancels a run; with `graph` also those that it waits for and those that wait for it. */
export const cancelRun = (jobRunId: string, graph = false) =>
  client.jobs.cancel(graph ? { jobRunId, graph } : { jobRunId });

/** Gives a queued run another time or priority; with neither it is due now. */
export const rescheduleRun = (jobRunId: string, change: { runAt?: string; priority?: number }) =>
  client.jobs.reschedule({ jobRunId, runAt: change.runAt, priority: change.priority });

/** How long a run that is force-failed may take to stop by itself, by default. */
export const forceFailAfterQuery = () =>
  api.jobs.definitions.queryOptions({
    staleTime: Number.POSITIVE_INFINITY,
    select: ({ forceFailAfterMs }) => forceFailAfterMs,
  });
