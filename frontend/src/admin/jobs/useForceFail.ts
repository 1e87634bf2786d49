import type { JobRunSummary } from '@job-manager/shared/contract/run';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { trackError } from '../../api/errorTracking';
import { toFailure } from '../../api/failure';
import { forceFailRun, runKey } from '../../api/job-queries';
import { toastError } from '../../ui/toast';

interface Ends {
  onSuccess: () => void;
  /** However it went. */
  onSettled: () => void;
}

/** Force-fails a run, for a reason or for none; that it has failed is told to everybody by the socket. */
export function useForceFail(run: Pick<JobRunSummary, 'id' | 'jobName'>, { onSuccess, onSettled }: Ends) {
  const queryClient = useQueryClient();
  const call = useMutation({
    mutationFn: (reason: string) => forceFailRun(run.id, reason === '' ? undefined : reason),
    onSuccess,
    onSettled: () => {
      onSettled();
      return queryClient.invalidateQueries({ queryKey: runKey(run.id) });
    },
    onError: (error, reason) => {
      trackError(error, { action: 'forceFail', jobName: run.jobName, jobRunId: run.id });
      const { status, details, retryable } = toFailure(error);
      if (status === 401) return;
      toastError({
        title: `${run.jobName} #${run.id} could not be force-failed`,
        message: details,
        offer: retryable ? { label: 'Retry', act: () => call.mutate(reason) } : undefined,
      });
    },
  });
  return { forceFail: call.mutate, isPending: call.isPending };
}
