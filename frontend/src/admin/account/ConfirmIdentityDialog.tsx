import type { CurrentUser } from '@job-manager/shared/contract/auth';
import { Button, PasswordInput, TextInput } from '@mantine/core';
import { type ChangeEvent, useState } from 'react';
import { toFailure } from '../../api/failure';
import { fieldErrors } from '../../api/field-errors';
import { useAction } from '../../api/useAction';
import { ConfirmDialog } from '../../ui/ConfirmDialog';

type Proof = { code: string } | { currentPassword: string };

interface Props<Answer> {
  title: string;
  text: string;
  confirm: string;
  isDangerous?: boolean;
  user: CurrentUser;
  call: (proof: Proof) => Promise<Answer>;
  onDone: (answer: Answer) => void;
  onClose: () => void;
}

/** Requires a code or, where allowed, the password, before a second factor is changed. */
export function ConfirmIdentityDialog<Answer>({ user, text, call, onDone, ...dialog }: Props<Answer>) {
  const [isByPassword, setByPassword] = useState(false);
  const [typed, setTyped] = useState('');
  const { mutate, isPending, error, reset } = useAction({
    mutationFn: () => call(isByPassword ? { currentPassword: typed } : { code: typed }),
    gcTime: 0,
    onSuccess: onDone,
  });
  const refused = error && fieldErrors(toFailure(error), ['code', 'currentPassword']);
  const field = {
    'data-autofocus': true,
    value: typed,
    onChange: (event: ChangeEvent<HTMLInputElement>) => setTyped(event.currentTarget.value),
    error: refused?.fields.code ?? refused?.fields.currentPassword,
  };
  return (
    <ConfirmDialog
      {...dialog}
      isPending={isPending}
      isChanged={typed !== ''}
      errorText={refused?.rest ?? null}
      onConfirm={() => typed.trim() !== '' && mutate()}
    >
      <p>{text}</p>
      {isByPassword ? (
        <PasswordInput
          label="Current password"
          autoComplete="current-password"
          maxLength={200}
          visibilityToggleButtonProps={{ 'aria-label': 'Show the current password' }}
          {...field}
        />
      ) : (
        <TextInput
          label="Code from your app, or a recovery code"
          autoComplete="one-time-code"
          autoCapitalize="none"
          spellCheck={false}
          maxLength={40}
          {...field}
        />
      )}
      {user.role !== 'SUPER_ADMIN' && (
        <div>
          <Button
            variant="subtle"
            size="compact-sm"
            onClick={() => {
              setByPassword(!isByPassword);
              setTyped('');
              reset();
            }}
          >
            {isByPassword ? 'Use a code' : 'Use my password'}
          </Button>
        </div>
      )}
    </ConfirmDialog>
  );
}
