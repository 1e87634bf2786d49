import type { Account } from '@job-manager/shared/contract/users';
import { useState } from 'react';
import { client } from '../../api/administration-client';
import { fieldErrors } from '../../api/field-errors';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { toastSuccess } from '../../ui/toast';
import { generated, PasswordChoice, passwordProblem } from './PasswordChoice';
import { useAccountCall } from './useAccountCall';
import type { Secret } from './user-acts';

interface Props {
  account: Account;
  onPassword: (secret: Secret) => void;
  onClose: () => void;
}

/** A new password for a person who has lost theirs, or may have. */
export function ResetPasswordDialog({ account, onPassword, onClose }: Props) {
  const [password, setPassword] = useState(generated);
  const [isChecked, setChecked] = useState(false);
  const { mutate, isPending, failure } = useAccountCall({
    action: 'resetPassword',
    call: () =>
      client.users.resetPassword({ userId: account.id, password: password.isGenerated ? undefined : password.text }),
    onDone: ({ password: made }) => {
      if (made !== null) return onPassword({ email: account.email, password: made });
      toastSuccess({ message: `${account.email} has a new password and is signed out everywhere.` });
      onClose();
    },
  });
  const refused = failure && fieldErrors(failure, ['password']);
  const errorText = passwordProblem(password);
  return (
    <ConfirmDialog
      title="Reset password"
      subject={account.email}
      confirm="Reset password"
      isDangerous
      isPending={isPending}
      errorText={refused?.rest ?? null}
      onConfirm={() => {
        setChecked(true);
        if (errorText === null) mutate(undefined);
      }}
      onClose={onClose}
    >
      <p>The old password stops working, and they are signed out everywhere at once.</p>
      <PasswordChoice
        value={password}
        onChange={setPassword}
        error={(isChecked ? errorText : null) ?? refused?.fields.password ?? null}
      />
    </ConfirmDialog>
  );
}
