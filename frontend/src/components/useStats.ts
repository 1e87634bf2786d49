import { useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { statsKey } from '../api/job-queries';
import type { ActiveChange } from '../api/live/active-runs';
import { useLiveChanges } from '../api/live/LiveProvider';
import { useThrottled } from '../lib/useThrottled';

const AT_MOST_EVERY_MS = 2_000;

/** Reads the statistics anew when the active set changes; progress alone changes none of them. */
export function useStatsFollowRuns(): void {
  const queryClient = useQueryClient();
  const readAnew = useThrottled(() => void queryClient.invalidateQueries({ queryKey: statsKey() }), AT_MOST_EVERY_MS);
  useLiveChanges(
    useCallback(
      ({ added, started, completed, vanished }: ActiveChange) => {
        if (added.length + started.length + completed.length + vanished.length > 0) readAnew();
      },
      [readAnew],
    ),
  );
}
