import type { RunnerDetails } from '@job-manager/shared/contract/runners';
import type { RunnerChange } from '@job-manager/shared/runner';
import { useQueryClient } from '@tanstack/react-query';
import { trackError } from '../../api/errorTracking';
import { toFailure } from '../../api/failure';
import { useAction } from '../../api/useAction';
import { toastSuccess } from '../../ui/toast';
import { calls, defaultsQuery, runnersQuery } from './calls';

interface Broadcast {
  change: RunnerChange;
  runners: readonly RunnerDetails[];
  /** What runners take over when they start, where that is to be set as well. */
  defaults?: RunnerChange;
}

/** Sends a change to runners, after the default of those that start later. */
export function useBroadcast(onDone: () => void) {
  const queryClient = useQueryClient();
  const { mutate, isPending, error } = useAction({
    mutationFn: async ({ change, runners, defaults }: Broadcast) => {
      if (defaults) await calls.setRunnerDefaults({ change: defaults });
      if (runners.length === 0) return { sent: 0 };
      return calls.sendRunnerCommand({ kind: 'SET', runnerIds: runners.map(({ id }) => id), change });
    },
    onSuccess: ({ sent }, { defaults }) => {
      const to = sent === 1 ? '1 runner' : `${sent} runners`;
      const later = defaults ? ' Runners that start later take it over.' : '';
      toastSuccess({ id: 'runner command', message: `The change was sent to ${to}.${later}` });
      onDone();
    },
    onError: (failed) => trackError(failed, { action: 'broadcast', component: 'RunnersPage' }),
    onSettled: () => {
      void queryClient.invalidateQueries({ queryKey: defaultsQuery().queryKey });
      void queryClient.invalidateQueries({ queryKey: runnersQuery().queryKey });
    },
  });
  return { send: mutate, isPending, errorText: error ? toFailure(error).details : null };
}

/** Has runners start with their own settings again. */
export function useRemoveDefaults() {
  const queryClient = useQueryClient();
  return useAction({
    mutationFn: () => calls.setRunnerDefaults({ change: null }),
    onSuccess: (defaults) => {
      queryClient.setQueryData(defaultsQuery().queryKey, defaults);
      toastSuccess({ id: 'runner command', message: 'Runners start with their own settings again.' });
    },
    onError: (failed) => trackError(failed, { action: 'removeDefaults', component: 'RunnersPage' }),
  });
}
