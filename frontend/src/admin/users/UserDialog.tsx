import { useState } from 'react';
import { ShownOnceDialog } from '../../ui/ShownOnceDialog';
import { ChangeRoleDialog } from './ChangeRoleDialog';
import { CreateUserDialog } from './CreateUserDialog';
import { PlainActDialog } from './PlainActDialog';
import { ResetPasswordDialog } from './ResetPasswordDialog';
import type { OpenedAct, Secret } from './user-acts';

interface Props {
  opened: OpenedAct;
  onClose: () => void;
}

/** The open dialog, and after it the password that it generated. */
export function UserDialog({ opened, onClose }: Props) {
  const [secret, setSecret] = useState<Secret | null>(null);
  if (secret !== null) {
    return (
      <ShownOnceDialog
        title="New password"
        subject={secret.email}
        noun="password"
        secret={secret.password}
        onDone={onClose}
      >
        <p>Hand it over in a way you trust. After signing in, it can be changed under “Change password”.</p>
      </ShownOnceDialog>
    );
  }
  const dialog = { onClose, onPassword: setSecret };
  switch (opened.act) {
    case 'create':
      return <CreateUserDialog {...dialog} />;
    case 'changeRole':
      return <ChangeRoleDialog account={opened.account} {...dialog} />;
    case 'resetPassword':
      return <ResetPasswordDialog account={opened.account} {...dialog} />;
    default:
      return <PlainActDialog act={opened.act} account={opened.account} {...dialog} />;
  }
}
