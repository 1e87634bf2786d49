import { useQueryClient } from '@tanstack/react-query';
import { trackError } from '../../api/errorTracking';
import { toFailure } from '../../api/failure';
import { useAction } from '../../api/useAction';
import { accountsKey } from './queries';
import type { UserAct } from './user-acts';

interface AccountCall<Input, Answer> {
  /** What it is called where errors are kept. */
  action: UserAct | 'createUser';
  call: (input: Input) => Promise<Answer>;
  onDone: (answer: Answer) => void;
}

/** A change to an account. The list is read again either way: a refusal often means that it is stale. */
export function useAccountCall<Input, Answer>({ action, call, onDone }: AccountCall<Input, Answer>) {
  const queryClient = useQueryClient();
  const { mutate, isPending, error } = useAction({
    mutationFn: call,
    // A password in the answer is not to be kept.
    gcTime: 0,
    onSuccess: onDone,
    onError: (failed) => trackError(failed, { action, component: 'UsersPage' }),
    onSettled: () => void queryClient.invalidateQueries({ queryKey: accountsKey() }),
  });
  return { mutate, isPending, failure: error === null ? null : toFailure(error) };
}
