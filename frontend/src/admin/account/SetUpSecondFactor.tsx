import { Button, Group, PasswordInput } from '@mantine/core';
import { useState } from 'react';
import { codeOf, toFailure } from '../../api/failure';
import { fieldErrors } from '../../api/field-errors';
import { useAction } from '../../api/useAction';
import { ErrorMessage } from '../../ui/ErrorMessage';
import { ConfirmSecondFactor } from './ConfirmSecondFactor';
import { RecoveryCodes } from './RecoveryCodes';
import classes from './second-factor.module.css';
import { calls } from './second-factor-calls';

interface Props {
  email: string;
  /** The codes were seen; from now on signing in takes two steps. */
  onDone: () => void;
  onCancel: () => void;
  cancelLabel: string;
}

/** Leads from nothing to a second factor: the password where it is required, the app, the recovery codes. */
export function SetUpSecondFactor({ email, onDone, onCancel, cancelLabel }: Props) {
  const [recoveryCodes, setRecoveryCodes] = useState<readonly string[] | null>(null);
  const begin = useAction({
    mutationFn: (currentPassword: string) =>
      calls.begin({ currentPassword: currentPassword === '' ? undefined : currentPassword }),
    gcTime: 0,
  });
  if (recoveryCodes !== null) return <RecoveryCodes email={email} codes={recoveryCodes} onDone={onDone} />;
  if (begin.data !== undefined) {
    return (
      <ConfirmSecondFactor
        {...begin.data}
        email={email}
        onCancel={onCancel}
        cancelLabel={cancelLabel}
        onConfirmed={setRecoveryCodes}
      />
    );
  }
  return (
    <BeginForm
      isPending={begin.isPending}
      error={begin.error}
      onBegin={begin.mutate}
      onCancel={onCancel}
      cancelLabel={cancelLabel}
    />
  );
}

interface BeginProps {
  isPending: boolean;
  error: Error | null;
  onBegin: (currentPassword: string) => void;
  onCancel: () => void;
  cancelLabel: string;
}

const ASK_FOR_PASSWORD = ['PASSWORD_NEEDED', 'WRONG_PASSWORD'];

function BeginForm({ isPending, error, onBegin, onCancel, cancelLabel }: BeginProps) {
  const [password, setPassword] = useState('');
  const [isPasswordNeeded, setPasswordNeeded] = useState(false);
  if (!isPasswordNeeded && ASK_FOR_PASSWORD.includes(codeOf(error) ?? '')) setPasswordNeeded(true);
  const refused = error && fieldErrors(toFailure(error), ['currentPassword']);
  return (
    <form
      className={classes.form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        onBegin(password);
      }}
    >
      <p>
        Signing in will take your password and a code from an authenticator app on your phone, such as Aegis, 1Password,
        Google or Microsoft Authenticator. Have the app ready.
      </p>
      {isPasswordNeeded && (
        <PasswordInput
          label="Current password"
          autoComplete="current-password"
          maxLength={200}
          autoFocus
          visibilityToggleButtonProps={{ 'aria-label': 'Show the current password' }}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          error={refused?.fields.currentPassword}
        />
      )}
      {refused?.rest && <ErrorMessage>{refused.rest}</ErrorMessage>}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onCancel}>
          {cancelLabel}
        </Button>
        <Button type="submit" loading={isPending}>
          Continue
        </Button>
      </Group>
    </form>
  );
}
