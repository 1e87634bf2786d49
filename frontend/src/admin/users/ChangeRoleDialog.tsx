import type { Account } from '@job-manager/shared/contract/users';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { client } from '../../api/administration-client';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { toastSuccess } from '../../ui/toast';
import { rolesQuery } from './queries';
import { RoleField } from './RoleField';
import { givenRole, keyOf, type RoleKey, roleChoices } from './role-choice';
import { TokensOfPerson } from './TokensOfPerson';
import { useAccountCall } from './useAccountCall';

interface Props {
  account: Account;
  onClose: () => void;
}

/** Another role for a person. */
export function ChangeRoleDialog({ account, onClose }: Props) {
  const [role, setRole] = useState<RoleKey>(keyOf(account));
  const { data: roles = [] } = useQuery(rolesQuery());
  const [isRevoking, setRevoking] = useState(false);
  const [isUnchanged, setUnchanged] = useState(false);
  const { mutate, isPending, failure } = useAccountCall({
    action: 'changeRole',
    call: () =>
      client.users.changeRole({ userId: account.id, ...givenRole(role), ...(isRevoking && { revokeTokens: true }) }),
    onDone: () => {
      const label = roleChoices(roles).find(({ value }) => value === role)?.label;
      toastSuccess({ message: `${account.email} is now ${label}.` });
      onClose();
    },
  });
  const confirm = () => {
    setUnchanged(role === keyOf(account));
    if (role !== keyOf(account)) mutate(undefined);
  };
  return (
    <ConfirmDialog
      title="Change role"
      subject={account.email}
      confirm="Change role"
      isPending={isPending}
      errorText={failure?.details ?? null}
      onConfirm={confirm}
      onClose={onClose}
    >
      <p>What the new role no longer allows ends at once, in pages that are open too.</p>
      <RoleField
        value={role}
        onChange={setRole}
        error={isUnchanged && role === keyOf(account) ? 'This is the role they have' : null}
      />
      <TokensOfPerson userId={account.id} isRevoking={isRevoking} onChange={setRevoking} />
    </ConfirmDialog>
  );
}
