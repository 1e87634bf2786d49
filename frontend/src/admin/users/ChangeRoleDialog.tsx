import type { Account } from '@job-manager/shared/contract/users';
import { type UserRole, userRoles } from '@job-manager/shared/roles';
import { useState } from 'react';
import { client } from '../../api/administration-client';
import { roleLabel } from '../../components/roles';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { toastSuccess } from '../../ui/toast';
import { MadeTokens } from './MadeTokens';
import { RoleField } from './RoleField';
import { useAccountCall } from './useAccountCall';

interface Props {
  account: Account;
  onClose: () => void;
}

/** Another role for somebody. */
export function ChangeRoleDialog({ account, onClose }: Props) {
  const [role, setRole] = useState<UserRole>(account.role);
  const [isRevoking, setRevoking] = useState(false);
  const [isUnchanged, setUnchanged] = useState(false);
  const { mutate, isPending, failure } = useAccountCall({
    action: 'changeRole',
    call: () => client.users.changeRole({ userId: account.id, role, ...(isRevoking && { revokeTokens: true }) }),
    onDone: () => {
      toastSuccess({ message: `${account.email} is now ${roleLabel[role]}.` });
      onClose();
    },
  });
  const confirm = () => {
    setUnchanged(role === account.role);
    if (role !== account.role) mutate(undefined);
  };
  return (
    <ConfirmDialog
      title="Change role"
      subject={account.email}
      confirm="Change role"
      isPending={isPending}
      fault={failure?.details ?? null}
      onConfirm={confirm}
      onClose={onClose}
    >
      <p>What the new role no longer allows ends at once, in pages that are open too.</p>
      <RoleField
        roles={userRoles}
        value={role}
        onChange={setRole}
        error={isUnchanged && role === account.role ? 'This is the role they have' : null}
      />
      <MadeTokens userId={account.id} isRevoking={isRevoking} onChange={setRevoking} />
    </ConfirmDialog>
  );
}
