import { useQueryClient } from '@tanstack/react-query';
import { trackError } from '../../api/errorTracking';
import { toFailure } from '../../api/failure';
import { useAction } from '../../api/useAction';
import { calls, setupQuery } from './calls';

/** Has the server start one more runner on its machine. */
export function useStartHere() {
  const queryClient = useQueryClient();
  const { mutate, isPending, error } = useAction({
    mutationFn: () => calls.startRunnerHere(),
    onError: (failed) => trackError(failed, { action: 'startRunnerHere', component: 'RunnersPage' }),
    onSettled: () => void queryClient.invalidateQueries({ queryKey: setupQuery().queryKey }),
  });
  return { start: () => mutate(), isPending, fault: error ? toFailure(error).details : null };
}
