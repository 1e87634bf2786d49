import { useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { batchesKey } from '../../api/batch-queries';
import type { ActiveChange } from '../../api/live/active-runs';
import { useLiveChanges } from '../../api/live/LiveProvider';
import { useThrottled } from '../../lib/useThrottled';

const MIN_INTERVAL_MS = 2_000;

/** Reads the shown batches again when a run of one begins or ends; with `batchId` of that one alone. */
export function useBatchesFollow(batchId?: string): void {
  const queryClient = useQueryClient();
  const readAnew = useThrottled(() => void queryClient.invalidateQueries({ queryKey: batchesKey() }), MIN_INTERVAL_MS);
  const follow = useCallback(
    ({ added, started, completed }: ActiveChange) => {
      const runs = [...added, ...started, ...completed];
      const isShown = runs.some((run) => run.batchId !== null && (batchId === undefined || run.batchId === batchId));
      if (isShown) readAnew();
    },
    [batchId, readAnew],
  );
  useLiveChanges(follow);
}
