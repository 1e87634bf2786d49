import { newPassword } from '@job-manager/shared/contract/auth';
import { Button, PasswordInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQueryClient } from '@tanstack/react-query';
import { accountApi, accountCalls } from '../../api/account-calls';
import { trackError } from '../../api/errorTracking';
import { toFailure } from '../../api/failure';
import { fieldErrors } from '../../api/field-errors';
import { useAction } from '../../api/useAction';
import { ErrorMessage } from '../../ui/ErrorMessage';
import { toastSuccess } from '../../ui/toast';
import classes from './ChangePasswordForm.module.css';

const initialValues = { currentPassword: '', newPassword: '', repeated: '' };
type Values = typeof initialValues;

interface Props {
  email: string;
  /** What follows a change, besides telling of it. */
  onChanged?: () => Promise<void>;
}

/** The password as it is, and twice as it is to be. */
export function ChangePasswordForm({ email, onChanged }: Props) {
  const queryClient = useQueryClient();
  const form = useForm({
    initialValues,
    validate: {
      currentPassword: (password) => (password === '' ? 'Enter your current password' : null),
      newPassword: newPasswordProblem,
      repeated: (repeated, values) => (repeated === values.newPassword ? null : 'This is not the same password'),
    },
  });
  const change = useAction({
    mutationFn: ({ repeated: _, ...passwords }: Values) => accountCalls.changePassword(passwords),
    // The passwords are not to be kept.
    gcTime: 0,
    onSuccess: async () => {
      form.reset();
      await queryClient.invalidateQueries({ queryKey: accountApi.sessions.key() });
      await onChanged?.();
      toastSuccess({ title: 'Your password is changed', message: 'Every other session of yours has ended.' });
    },
    onError: (error) => {
      trackError(error, { action: 'changePassword', component: 'AccountPage' });
      form.setErrors(fieldErrors(toFailure(error), ['currentPassword', 'newPassword']).fields);
    },
  });
  const rest = change.error && fieldErrors(toFailure(change.error), ['currentPassword', 'newPassword']).rest;
  return (
    <form className={classes.form} noValidate onSubmit={form.onSubmit((values) => change.mutate(values))}>
      <p className={classes.text}>Every other browser and program that is signed in as you will be signed out.</p>
      {/* Lets password managers know which account this password is for. */}
      <input type="email" autoComplete="username" value={email} readOnly hidden />
      <PasswordInput
        label="Current password"
        autoComplete="current-password"
        maxLength={200}
        visibilityToggleButtonProps={{ 'aria-label': 'Show the current password' }}
        {...form.getInputProps('currentPassword')}
      />
      <PasswordInput
        label="New password"
        description="At least 8 characters; common passwords are refused"
        autoComplete="new-password"
        visibilityToggleButtonProps={{ 'aria-label': 'Show the new password' }}
        {...form.getInputProps('newPassword')}
      />
      <PasswordInput
        label="Repeat the new password"
        autoComplete="new-password"
        visibilityToggleButtonProps={{ 'aria-label': 'Show the repeated password' }}
        {...form.getInputProps('repeated')}
      />
      {rest && <ErrorMessage>{rest}</ErrorMessage>}
      <div>
        <Button type="submit" loading={change.isPending}>
          Change password
        </Button>
      </div>
    </form>
  );
}

function newPasswordProblem(password: string, { currentPassword }: Values): string | null {
  const errorText = newPassword.safeParse(password).error?.issues[0]?.message;
  if (errorText !== undefined) return `The new password ${errorText}`;
  return password === currentPassword ? 'This is the password you have' : null;
}
