import type { JobRun } from '@job-manager/shared/contract/run';
import { isTerminal } from '@job-manager/shared/run';
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { runQuery } from '../../api/job-queries';
import { FALLBACK_EVERY_MS, useFallback } from '../../api/live/HttpFallback';
import { useLive } from '../../api/live/LiveProvider';
import { useFollowedSteps } from '../../api/live/useFollowedSteps';
import { useIsIdle } from '../../lib/idle';

const WAITS_ANEW_MS = 4_000;

/** A whole run; while it is active and `isOpen`, what the socket brings is laid over what was read. */
export function useRun(jobRunId: string, isOpen = true) {
  const { isBlocked } = useFallback();
  const isIdle = useIsIdle();
  const {
    data: read,
    error,
    refetch,
  } = useQuery({
    ...runQuery(jobRunId),
    refetchInterval: ({ state }) => {
      if (!isOpen || isIdle || state.error !== null || state.data === undefined || isTerminal(state.data.status))
        return false;
      // Why it waits may change without a change of the run, as when an operator resumes its channel.
      if (state.data.status === 'QUEUED') return WAITS_ANEW_MS;
      return isBlocked && FALLBACK_EVERY_MS;
    },
  });
  const live = useLive(({ runs }) => runs.find((run) => run.id === jobRunId));
  const isActive = read !== undefined && !isTerminal(read.status);
  const steps = useFollowedSteps(jobRunId, isActive && isOpen);
  const isAhead = isActive && live !== undefined && live.rev >= read.rev;
  // The socket has neither earlier attempts nor what a run waits for, so these mean reading again.
  const isAnotherAttempt = isAhead && (live.claimNo !== read.claimNo || live.status !== read.status);
  const isOtherwiseQueued = isAhead && live.status === 'QUEUED' && live.rev !== read.rev;
  const behindRev = isAnotherAttempt || isOtherwiseQueued ? live.rev : null;
  useEffect(() => {
    if (behindRev !== null) void refetch();
  }, [behindRev, refetch]);
  const run: JobRun | undefined = isActive ? { ...read, ...(isAhead ? live : {}), steps: steps ?? read.steps } : read;
  return { run, error, refetch };
}
