import type { JobRun } from '@job-manager/shared/contract/run';
import { isTerminal } from '@job-manager/shared/run';
import { useQuery } from '@tanstack/react-query';
import { runQuery } from '../../api/job-queries';
import { useLive } from '../../api/live/LiveProvider';

/** A whole run; while it is active, what the socket tells is laid over what was read. */
export function useRun(jobRunId: string) {
  const query = useQuery(runQuery(jobRunId));
  const live = useLive(({ runs }) => runs.find((run) => run.id === jobRunId));
  const read = query.data;
  const isAhead = read !== undefined && live !== undefined && live.rev >= read.rev && !isTerminal(read.status);
  const run: JobRun | undefined = isAhead ? { ...read, ...live } : read;
  return { run, error: query.error, refetch: query.refetch };
}
