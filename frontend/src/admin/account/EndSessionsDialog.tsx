import type { OwnSession } from '@job-manager/shared/contract/auth';
import { PasswordInput } from '@mantine/core';
import { useState } from 'react';
import { accountCalls } from '../../api/account-calls';
import { toFailure } from '../../api/failure';
import { fieldErrors } from '../../api/field-errors';
import { useAction } from '../../api/useAction';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { describeBrowser } from './describe-browser';

interface Props {
  /** One session, or all but the one that is used here. */
  which: OwnSession | 'others';
  onEnded: (count: number) => void;
  onClose: () => void;
}

/**
 * Requires the password before sessions end: a person who finds a panel open can't end the owner's sessions elsewhere.
 */
export function EndSessionsDialog({ which, onEnded, onClose }: Props) {
  const [currentPassword, setPassword] = useState('');
  const { mutate, isPending, error } = useAction({
    mutationFn: async () => {
      if (which === 'others') return (await accountCalls.endOtherSessions({ currentPassword })).ended;
      await accountCalls.endSession({ sessionId: which.id, currentPassword });
      return 1;
    },
    // The password is not to be kept.
    gcTime: 0,
    onSuccess: onEnded,
  });
  const refused = error && fieldErrors(toFailure(error), ['currentPassword']);
  return (
    <ConfirmDialog
      title={which === 'others' ? 'End all other sessions?' : 'End this session?'}
      subject={which === 'others' ? undefined : describeBrowser(which.userAgent)}
      confirm="End"
      isDangerous
      isPending={isPending}
      isChanged={currentPassword !== ''}
      errorText={refused?.rest ?? null}
      onConfirm={() => currentPassword !== '' && mutate(undefined)}
      onClose={onClose}
    >
      <p>Those sessions are signed out at once.</p>
      <PasswordInput
        label="Your current password"
        autoComplete="current-password"
        maxLength={200}
        data-autofocus
        visibilityToggleButtonProps={{ 'aria-label': 'Show your current password' }}
        value={currentPassword}
        onChange={(event) => setPassword(event.currentTarget.value)}
        error={refused?.fields.currentPassword}
      />
    </ConfirmDialog>
  );
}
