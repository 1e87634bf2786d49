import type { AccessRole } from '@job-manager/shared/contract/roles';
import { useQueryClient } from '@tanstack/react-query';
import { client } from '../../api/administration-client';
import { trackError } from '../../api/errorTracking';
import { toFailure } from '../../api/failure';
import { keepsAccounts } from '../../api/mount';
import { useAction } from '../../api/useAction';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { toastSuccess } from '../../ui/toast';
import { rolesKey } from './queries';

/** Removes a role that no person has. */
export function RemoveRoleDialog({ role, onClose }: { role: AccessRole; onClose: () => void }) {
  const queryClient = useQueryClient();
  const { mutate, isPending, error } = useAction({
    mutationFn: () => client.roles.remove({ roleId: role.id }),
    onSuccess: () => {
      toastSuccess({ message: `The role “${role.name}” is removed.` });
      onClose();
    },
    onError: (failed) => trackError(failed, { action: 'removeRole', component: 'UsersPage' }),
    onSettled: () => void queryClient.invalidateQueries({ queryKey: rolesKey() }),
  });
  return (
    <ConfirmDialog
      title="Remove role?"
      subject={role.name}
      confirm="Remove"
      isDangerous
      isPending={isPending}
      errorText={error && toFailure(error).details}
      onConfirm={() => mutate()}
      onClose={onClose}
    >
      <p>
        {keepsAccounts
          ? 'No person has it, so no access is lost.'
          : 'People to whom the application gives this role have no access from then on.'}
      </p>
    </ConfirmDialog>
  );
}
