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

/** Gives a queued run another time, or none: now. Lists hear of it by the socket. */
export function useReschedule(run: Pick<JobRunSummary, 'id' | 'jobName'>, { onSuccess }: Ends = {}) {
  const queryClient = useQueryClient();
  const name = `${run.jobName} #${run.id}`;
  const call = useAction({
    mutationFn: (runAt: string | undefined) => rescheduleRun(run.id, runAt),
    onSettled: () => queryClient.invalidateQueries({ queryKey: runKey(run.id) }),
    onSuccess: (_answer, runAt) => {
      toastSuccess({
        message: runAt === undefined ? `${name} is due now` : `${name} starts at ${formatMoment(runAt, Date.now())}`,
      });
      onSuccess?.();
    },
    onError: (error, runAt) => {
      trackError(error, { action: 'rescheduleJob', jobName: run.jobName, jobRunId: run.id });
      const { status, details, retryable } = toFailure(error);
      if (status === 401) return;
      toastError({
        title: `${name} could not be given another time`,
        message: details,
        offer: retryable ? { label: 'Retry', act: () => call.mutate(runAt) } : undefined,
      });
    },
  });
  return { reschedule: call.mutate, isPending: call.isPending };
}
