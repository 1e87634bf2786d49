import { runLists } from '@job-manager/shared/contract/run-lists';
import { queryOptions } from '@tanstack/react-query';
import { createClient } from '../../api/client';
import { failuresQuery } from '../../components/metrics/metric-calls';

const { runLists: lists } = createClient({ runLists: { upcoming: runLists.upcoming } });

const SHOWN = 10;
/** Those that are muted are not listed, and others stand in their place. */
const CAUSES_READ = 20;

/** The counters name what the lists have read, and are drawn a moment later: for that nothing is read again. */
const FRESH_MS = 5_000;

/** What comes due next. */
export const upcomingQuery = () =>
  queryOptions({
    queryKey: ['upcoming'],
    queryFn: ({ signal }) => lists.upcoming({ limit: SHOWN }, { signal }),
    staleTime: FRESH_MS,
  });

export type Upcoming = Awaited<ReturnType<typeof lists.upcoming>>['upcoming'][number];

/** Why runs failed in the last 24 hours, by cause. */
export const failuresOfDayQuery = () => ({
  ...failuresQuery({ range: '24h', limit: CAUSES_READ }),
  staleTime: FRESH_MS,
});
