import type { JobRunSummary } from '@job-manager/shared/contract/run';
import { useQueryClient } from '@tanstack/react-query';
import { trackError } from '../../api/errorTracking';
import { toFailure } from '../../api/failure';
import { runKey } from '../../api/job-queries';
import { forceFailRun } from '../../api/recovery-queries';
import { useAction } from '../../api/useAction';
import { formatDuration } from '../../lib/duration';
import { toastError, toastInfo } from '../../ui/toast';

interface ForceFail {
  /** For a reason, or empty. */
  reason: string;
  graceMs: number;
}

interface Ends {
  onSuccess: () => void;
  /** However it went. */
  onSettled: () => void;
}

/** Requests a run to stop and has it failed after its grace; every panel receives its end by the socket. */
export function useForceFail(run: Pick<JobRunSummary, 'id' | 'jobName'>, { onSuccess, onSettled }: Ends) {
  const queryClient = useQueryClient();
  const name = `${run.jobName} #${run.id}`;
  const call = useAction({
    mutationFn: ({ reason, graceMs }: ForceFail) => forceFailRun(run.id, graceMs, reason === '' ? undefined : reason),
    onSettled: () => {
      onSettled();
      return queryClient.invalidateQueries({ queryKey: runKey(run.id) });
    },
    onSuccess: ({ forceFailAt }, { graceMs }) => {
      onSuccess();
      if (forceFailAt !== null)
        toastInfo({
          message: `${name} was requested to stop; it is failed in ${formatDuration(graceMs)} unless it does`,
        });
    },
    onError: (error, request) => {
      trackError(error, { action: 'forceFail', component: 'ForceFailModal', jobName: run.jobName, jobRunId: run.id });
      const { status, details, retryable } = toFailure(error);
      if (status === 401) return;
      toastError({
        title: `${name} could not be force-failed`,
        message: details,
        offer: retryable ? { label: 'Retry', act: () => call.mutate(request) } : undefined,
      });
    },
  });
  return { forceFail: call.mutate, isPending: call.isPending };
}
