import type { JobRun } from '@job-manager/shared/contract/run';
import { isTerminal } from '@job-manager/shared/run';
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { runQuery } from '../../api/job-queries';
import { useLive } from '../../api/live/LiveProvider';
import { useFollowedSteps } from '../../api/live/useFollowedSteps';

/** A whole run; while it is active and `isOpen`, what the socket tells is laid over what was read. */
export function useRun(jobRunId: string, isOpen = true) {
  const { data: read, error, refetch } = useQuery(runQuery(jobRunId));
  const live = useLive(({ runs }) => runs.find((run) => run.id === jobRunId));
  const isActive = read !== undefined && !isTerminal(read.status);
  const steps = useFollowedSteps(jobRunId, isActive && isOpen);
  const isAhead = isActive && live !== undefined && live.rev >= read.rev;
  // The socket tells nothing of earlier attempts, so the next one means reading anew.
  const isAnotherAttempt = isAhead && (live.claimNo !== read.claimNo || live.status !== read.status);
  useEffect(() => {
    if (isAnotherAttempt) void refetch();
  }, [isAnotherAttempt, refetch]);
  const run: JobRun | undefined = isActive ? { ...read, ...(isAhead ? live : {}), steps: steps ?? read.steps } : read;
  return { run, error, refetch };
}
