import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef } from 'react';
import { statsKey, statsQuery } from '../api/job-queries';
import type { ActiveChange } from '../api/live/active-runs';
import { FALLBACK_EVERY_MS, useFallback } from '../api/live/HttpFallback';
import { useLive, useLiveChanges } from '../api/live/LiveProvider';
import { useIsIdle } from '../lib/idle';
import { useThrottled } from '../lib/useThrottled';

const MIN_INTERVAL_MS = 2_000;

/**
 * The statistics, read when the page opens, on request, and when runs are queued, start or end; progress alone changes
 * none of them. `isStale` while no socket reports when they change.
 */
export function useStats() {
  const queryClient = useQueryClient();
  const { isBlocked } = useFallback();
  const isLost = useLive((live) => live.status === 'reconnecting');
  const isStale = isLost || isBlocked;
  const isIdle = useIsIdle();
  const query = useQuery({ ...statsQuery(), refetchInterval: isBlocked && !isIdle && FALLBACK_EVERY_MS });
  const readAnew = useThrottled(() => void queryClient.invalidateQueries({ queryKey: statsKey() }), MIN_INTERVAL_MS);
  useLiveChanges(
    useCallback(
      ({ added, started, completed, vanished }: ActiveChange) => {
        if (added.length + started.length + completed.length + vanished.length > 0) readAnew();
      },
      [readAnew],
    ),
  );
  const wasStale = useRef(isStale);
  useEffect(() => {
    // What ended meanwhile was never in the list.
    if (wasStale.current && !isStale) readAnew();
    wasStale.current = isStale;
  }, [isStale, readAnew]);
  return { ...query, isStale };
}
