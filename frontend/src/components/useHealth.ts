import type { SystemHealth } from '@job-manager/shared/contract/health';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect } from 'react';
import { healthQuery } from '../api/health-queries';
import type { ActiveChange } from '../api/live/active-runs';
import { useFallback } from '../api/live/HttpFallback';
import { useLive, useLiveChanges } from '../api/live/LiveProvider';
import { useServerTime } from '../api/server-clock';
import { useIsIdle } from '../lib/idle';

const EVERY_MS = 30_000;
/** A due run starts within a moment where all is well. */
const LATE_AFTER_MS = 15_000;
/** What was read before a run was late doesn't explain why. */
const FRESH_MS = 5_000;

/**
 * Health for pages about something else: read once the page has its own data, when runs come, start or
 * end, and when one that is due doesn't start; every half minute only while trouble is shown. A tab where nothing
 * happens makes no query.
 */
export function useHealth(): SystemHealth | undefined {
  const queryClient = useQueryClient();
  const { isBlocked } = useFallback();
  const isLiveSettled = useLive((live) => live.isLoaded || live.status === 'reconnecting');
  const isSettled = isLiveSettled || isBlocked;
  const isLate = useIsWorkLate();
  const isIdle = useIsIdle();
  const { data } = useQuery({
    ...healthQuery(),
    enabled: isSettled && !isIdle,
    staleTime: EVERY_MS,
    refetchOnWindowFocus: true,
    refetchInterval: ({ state }) => state.data !== undefined && state.data.verdict !== 'OK' && EVERY_MS,
  });
  const readIfOld = useCallback(
    (staleTime: number) => {
      // A hidden tab reads it when it is looked at again.
      if (document.visibilityState === 'visible') void queryClient.prefetchQuery({ ...healthQuery(), staleTime });
    },
    [queryClient],
  );
  useEffect(() => {
    if (isSettled && isLate) readIfOld(FRESH_MS);
  }, [isSettled, isLate, readIfOld]);
  useLiveChanges(
    useCallback(
      ({ added, started, completed, vanished }: ActiveChange) => {
        if (added.length + started.length + completed.length + vanished.length > 0) readIfOld(EVERY_MS);
      },
      [readIfOld],
    ),
  );
  return data;
}

/** Whether a run that is due has waited for longer than a healthy system lets it. */
function useIsWorkLate(): boolean {
  const runs = useLive((live) => live.runs);
  return useServerTime((now) =>
    runs.some((run) => run.status === 'QUEUED' && !run.isBlocked && Date.parse(run.runAt) + LATE_AFTER_MS < now),
  );
}
