import { type QueryClient, useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import type { Badges } from '../api/badge-calls';
import type { ActiveChange } from '../api/live/active-runs';
import { useLiveChanges } from '../api/live/LiveProvider';
import { loadCode } from '../api/panel-version';

/** The server keeps them for so long. */
const FRESH_MS = 10_000;
/** Runs come and end all the time; what they change beside the navigation needs no hurry. */
const MIN_INTERVAL_MS = 30_000;

// The call comes with its schemas, which the first page need not wait for.
const badgesQuery = {
  queryKey: ['badges'],
  queryFn: async ({ signal }: { signal: AbortSignal }): Promise<Badges> => {
    const { readBadges } = await loadCode(() => import('../api/badge-calls'));
    return readBadges(signal);
  },
  staleTime: FRESH_MS,
  meta: { isQuiet: true },
};

/** After an own change, and again when the server's cache is past: its answer may be as old as that. */
export function refreshBadges(queryClient: QueryClient): void {
  const refresh = () => void queryClient.invalidateQueries({ queryKey: badgesQuery.queryKey });
  refresh();
  setTimeout(refresh, FRESH_MS + 500);
}

/** With a page that reads itself again, where they may have changed since. */
export const refreshStaleBadges = (queryClient: QueryClient): void =>
  void queryClient.refetchQueries({ queryKey: badgesQuery.queryKey, type: 'active', stale: true });

/**
 * The figures beside the items of the navigation: read when the panel opens, when its tab is looked at again, and when
 * runs come and end. A tab where nothing happens makes no call.
 */
export function useBadges(): Badges | undefined {
  const queryClient = useQueryClient();
  const { data } = useQuery({ ...badgesQuery, refetchOnWindowFocus: true });
  useLiveChanges(
    useCallback(
      ({ added, started, completed, vanished }: ActiveChange) => {
        // A hidden tab reads them when it is looked at again.
        if (document.visibilityState === 'hidden') return;
        if (added.length + started.length + completed.length + vanished.length > 0)
          void queryClient.prefetchQuery({ ...badgesQuery, staleTime: MIN_INTERVAL_MS });
      },
      [queryClient],
    ),
  );
  return data;
}
