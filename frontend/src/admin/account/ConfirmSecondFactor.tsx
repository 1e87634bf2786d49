import { Button, Group, TextInput } from '@mantine/core';
import { useState } from 'react';
import { toFailure } from '../../api/failure';
import { fieldErrors } from '../../api/field-errors';
import { useAction } from '../../api/useAction';
import { CopyButton } from '../../ui/CopyButton';
import { ErrorMessage } from '../../ui/ErrorMessage';
import { QrCode } from './QrCode';
import classes from './second-factor.module.css';
import { calls } from './second-factor-calls';

interface Props {
  /** In Base32. */
  secret: string;
  uri: string;
  email: string;
  onConfirmed: (recoveryCodes: readonly string[]) => void;
  onCancel: () => void;
  cancelLabel: string;
}

/** The secret for the app, as QR code and text, and the app's first code. */
export function ConfirmSecondFactor({ secret, uri, email, onConfirmed, onCancel, cancelLabel }: Props) {
  const [code, setCode] = useState('');
  const confirm = useAction({
    mutationFn: () => calls.confirm({ code }),
    gcTime: 0,
    onSuccess: ({ recoveryCodes }) => onConfirmed(recoveryCodes),
  });
  const refused = confirm.error && fieldErrors(toFailure(confirm.error), ['code']);
  return (
    <form
      className={classes.form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        confirm.mutate();
      }}
    >
      <p>Scan this with the app, or enter the secret there by hand.</p>
      <QrCode text={uri} label={`QR code with the secret of ${email} for an authenticator app`} />
      <div className={classes.secret}>
        <code className={classes.text}>{secret.replace(/.{4}(?=.)/g, '$& ')}</code>
        <CopyButton text={secret} label="Copy" description="Copy the secret" />
      </div>
      <TextInput
        label="Code from your app"
        description="Six digits, new every 30 seconds"
        inputMode="numeric"
        autoComplete="one-time-code"
        maxLength={40}
        data-autofocus
        value={code}
        onChange={(event) => setCode(event.currentTarget.value)}
        error={refused?.fields.code}
      />
      {refused?.rest && <ErrorMessage>{refused.rest}</ErrorMessage>}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onCancel}>
          {cancelLabel}
        </Button>
        <Button type="submit" loading={confirm.isPending} disabled={code.trim() === ''}>
          Turn on
        </Button>
      </Group>
    </form>
  );
}
