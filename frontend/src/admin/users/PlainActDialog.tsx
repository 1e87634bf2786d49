import type { Account } from '@job-manager/shared/contract/users';
import { useState } from 'react';
import { client } from '../../api/administration-client';
import { useSession } from '../../api/session';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { toastSuccess } from '../../ui/toast';
import { TokensOfPerson } from './TokensOfPerson';
import { useAccountCall } from './useAccountCall';
import type { UserAct } from './user-acts';

/** What takes nothing but a yes. */
type PlainAct = Extract<UserAct, 'disable' | 'enable' | 'removeSecondFactor' | 'signOutEverywhere'>;

interface Texts {
  title: string;
  text: string;
  confirm: string;
  isDangerous: boolean;
  done: (email: string) => string;
}

const texts: Record<PlainAct, Texts> = {
  disable: {
    title: 'Disable user?',
    text: 'They are signed out everywhere at once and can’t sign in until enabled again. Runs they started go on.',
    confirm: 'Disable',
    isDangerous: true,
    done: (email) => `${email} is disabled and signed out everywhere.`,
  },
  enable: {
    title: 'Enable user?',
    text: 'They can sign in again with the password they had, and may do what their role allows.',
    confirm: 'Enable',
    isDangerous: false,
    done: (email) => `${email} may sign in again.`,
  },
  removeSecondFactor: {
    title: 'Remove second factor?',
    text: 'For an account whose phone and recovery codes are lost. Signing in then takes the password alone, and the account is signed out everywhere at once. Make sure that the request comes from its owner.',
    confirm: 'Remove',
    isDangerous: true,
    done: (email) => `The second factor of ${email} is removed.`,
  },
  signOutEverywhere: {
    title: 'Sign out everywhere?',
    text: 'Every browser and program signed in with this account is signed out at once. Signing in again stays possible.',
    confirm: 'Sign out everywhere',
    isDangerous: true,
    done: (email) => `${email} is signed out everywhere.`,
  },
};

const calls = {
  disable: (userId: number, isRevoking: boolean) =>
    client.users.disable({ userId, ...(isRevoking && { revokeTokens: true }) }),
  enable: (userId: number) => client.users.enable({ userId }),
  removeSecondFactor: (userId: number) => client.users.removeSecondFactor({ userId }),
  signOutEverywhere: (userId: number) => client.users.signOutEverywhere({ userId }),
} as const satisfies Record<PlainAct, unknown>;

interface Props {
  act: PlainAct;
  account: Account;
  onClose: () => void;
}

/** Explains what one of them does, and does it. */
export function PlainActDialog({ act, account, onClose }: Props) {
  const { data: me } = useSession();
  const [isRevoking, setRevoking] = useState(false);
  const { title, text, confirm, isDangerous, done } = texts[act];
  const { mutate, isPending, failure } = useAccountCall({
    action: act,
    call: () => calls[act](account.id, isRevoking) as Promise<unknown>,
    onDone: () => {
      toastSuccess({ message: done(account.email) });
      onClose();
    },
  });
  return (
    <ConfirmDialog
      title={title}
      subject={account.email}
      confirm={confirm}
      isDangerous={isDangerous}
      isPending={isPending}
      errorText={failure?.details ?? null}
      onConfirm={() => mutate(undefined)}
      onClose={onClose}
    >
      <p>{text}</p>
      {act === 'disable' && <TokensOfPerson userId={account.id} isRevoking={isRevoking} onChange={setRevoking} />}
      {account.id === me?.id && <p>This is your own account: you are signed out here as well.</p>}
    </ConfirmDialog>
  );
}
