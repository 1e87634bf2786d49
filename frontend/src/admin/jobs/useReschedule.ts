import type { JobRunSummary } from '@job-manager/shared/contract/run';
import { useQueryClient } from '@tanstack/react-query';
import { trackError } from '../../api/errorTracking';
import { toFailure } from '../../api/failure';
import { rescheduleRun, runKey } from '../../api/job-queries';
import { useAction } from '../../api/useAction';
import { formatMoment } from '../../lib/date-time';
import { toastError, toastSuccess } from '../../ui/toast';

interface Ends {
  onSuccess?: () => void;
}

/** Another time, another priority or both; with neither the run is due now. */
export interface Reschedule {
  runAt?: string;
  priority?: number;
}

/** Changes when a queued run starts. Lists are notified by the socket. */
export function useReschedule(run: Pick<JobRunSummary, 'id' | 'jobName'>, { onSuccess }: Ends = {}) {
  const queryClient = useQueryClient();
  const name = `${run.jobName} #${run.id}`;
  const call = useAction({
    mutationFn: (change: Reschedule) => rescheduleRun(run.id, change),
    onSettled: () => queryClient.invalidateQueries({ queryKey: runKey(run.id) }),
    onSuccess: (_answer, change) => {
      toastSuccess({ message: `${name} ${describe(change)}` });
      onSuccess?.();
    },
    onError: (error, change) => {
      trackError(error, { action: 'rescheduleJob', component: 'RunActions', jobName: run.jobName, jobRunId: run.id });
      const { status, details, retryable } = toFailure(error);
      if (status === 401) return;
      toastError({
        title: `${name} could not be given another ${change.priority === undefined ? 'time' : 'priority'}`,
        message: details,
        offer: retryable ? { label: 'Retry', act: () => call.mutate(change) } : undefined,
      });
    },
  });
  return { reschedule: call.mutate, isPending: call.isPending };
}

function describe({ runAt, priority }: Reschedule): string {
  if (priority !== undefined) return `has priority ${priority}`;
  return runAt === undefined ? 'is due now' : `starts at ${formatMoment(runAt, Date.now())}`;
}
