import { Button, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { accountCalls } from '../api/account-calls';
import { codeOf, toFailure } from '../api/failure';
import { useAction } from '../api/useAction';
import classes from './LoginPage.module.css';

interface Props {
  onSignedIn: (userId: number) => Promise<void>;
  /** The password is needed again; `reason` explains why, where the reader did not choose it. */
  onEnded: (reason: string | null) => void;
}

/** The second step of signing in: a code of the app, or a recovery code. */
export function CodeForm({ onSignedIn, onEnded }: Props) {
  const form = useForm({
    initialValues: { code: '', isRecovery: false },
    validate: {
      code: (code, { isRecovery }) =>
        code.trim() !== '' ? null : isRecovery ? 'Enter a recovery code' : 'Enter the code your app shows',
    },
  });
  const { isRecovery } = form.values;
  const send = useAction({
    mutationFn: ({ code }: typeof form.values) => accountCalls.loginCode({ code }),
    onSuccess: ({ user }) => onSignedIn(user.id),
    onError: (error) => {
      form.setFieldValue('code', '');
      if (codeOf(error) === 'SIGN_IN_ENDED') onEnded(toFailure(error).details);
    },
  });
  return (
    <form className={classes.form} noValidate onSubmit={form.onSubmit((values) => send.mutate(values))}>
      <TextInput
        key={String(isRecovery)}
        label={isRecovery ? 'Recovery code' : 'Code from your app'}
        description={isRecovery ? 'Each of them works once' : 'Six digits, new every 30 seconds'}
        inputMode={isRecovery ? 'text' : 'numeric'}
        autoComplete={isRecovery ? 'off' : 'one-time-code'}
        autoCapitalize="none"
        spellCheck={false}
        maxLength={40}
        autoFocus
        {...form.getInputProps('code')}
      />
      {send.error && (
        <p className={classes.error} role="alert">
          {toFailure(send.error).details}
        </p>
      )}
      <Button type="submit" fullWidth loading={send.isPending}>
        Sign in
      </Button>
      <Button
        variant="subtle"
        onClick={() => {
          form.setValues({ code: '', isRecovery: !isRecovery });
          form.clearErrors();
        }}
      >
        {isRecovery ? 'Use a code from your app' : 'Use a recovery code'}
      </Button>
      <Button variant="subtle" color="gray" onClick={() => onEnded(null)}>
        Back to the password
      </Button>
    </form>
  );
}
