import type { ApiToken } from '@job-manager/shared/contract/tokens';
import { useQueryClient } from '@tanstack/react-query';
import { client } from '../../api/administration-client';
import { trackError } from '../../api/errorTracking';
import { toFailure } from '../../api/failure';
import { useAction } from '../../api/useAction';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { toastSuccess } from '../../ui/toast';
import { showToken, tokensKey } from './queries';

interface Props {
  token: ApiToken;
  onClose: () => void;
}

/** Ends a token. */
export function RevokeTokenDialog({ token, onClose }: Props) {
  const queryClient = useQueryClient();
  const { mutate, isPending, error } = useAction({
    mutationFn: () => client.tokens.revoke({ tokenId: token.id }),
    onSuccess: ({ apiToken }) => {
      // The button that opened this goes first: the focus must not return to a button that is about to be removed.
      showToken(queryClient, apiToken);
      toastSuccess({ message: `The token “${token.name}” is revoked.` });
      onClose();
    },
    onError: (failed) => trackError(failed, { action: 'revokeToken', component: 'TokensPage' }),
    onSettled: () => void queryClient.invalidateQueries({ queryKey: tokensKey() }),
  });
  return (
    <ConfirmDialog
      title="Revoke token?"
      subject={token.name}
      confirm="Revoke"
      isDangerous
      isPending={isPending}
      errorText={error && toFailure(error).details}
      onConfirm={() => mutate()}
      onClose={onClose}
    >
      <p>
        The next call made with it is refused; runs that a program executes with it fail once they have been silent for
        too long. This can’t be undone, but you can create another token.
      </p>
    </ConfirmDialog>
  );
}
