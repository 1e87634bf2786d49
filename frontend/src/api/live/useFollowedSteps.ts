import type { JobRunStep } from '@job-manager/shared/contract/message';
import { useEffect, useState } from 'react';
import { useFollow } from './LiveProvider';

/** The steps of an active run as the socket sends them; undefined until then. */
export function useFollowedSteps(jobRunId: string, isActive: boolean): JobRunStep[] | null | undefined {
  const follow = useFollow();
  const [latest, setLatest] = useState<{ jobRunId: string; steps: JobRunStep[] | null }>();
  useEffect(
    () => (isActive ? follow(jobRunId, { onSteps: (steps) => setLatest({ jobRunId, steps }) }) : undefined),
    [jobRunId, isActive, follow],
  );
  return latest?.jobRunId === jobRunId ? latest.steps : undefined;
}
