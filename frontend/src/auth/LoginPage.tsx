import { Button, PasswordInput, TextInput, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDocumentTitle } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Navigate, useSearchParams } from 'react-router-dom';
import { client } from '../api/client';
import { toFailure } from '../api/failure';
import { setSession, useSession } from '../api/session';
import { afterLogin } from '../paths';
import { ColorSchemeSwitch } from '../ui/ColorSchemeSwitch';
import { ProductMark } from '../ui/ProductMark';
import classes from './LoginPage.module.css';

/** Email and password; leads back to where the reader wanted to go. */
export function LoginPage() {
  useDocumentTitle('Sign in · Job Manager');
  const [search] = useSearchParams();
  const session = useSession();
  if (session.data) return <Navigate to={afterLogin(search.get('next'))} replace />;
  return (
    <main className={classes.page}>
      <div className={classes.scheme}>
        <ColorSchemeSwitch />
      </div>
      <div className={classes.card}>
        <ProductMark size={44} />
        <Title order={1} className={classes.title}>
          Sign in to Job Manager
        </Title>
        <p className={classes.lead}>
          {search.has('next') ? 'Sign in to go on where you were.' : 'Watch, run and cancel background jobs.'}
        </p>
        <LoginForm />
      </div>
    </main>
  );
}

function LoginForm() {
  const queryClient = useQueryClient();
  const form = useForm({
    initialValues: { email: '', password: '' },
    validate: {
      email: (email) => (email.trim() === '' ? 'Enter your e-mail address' : null),
      password: (password) => (password === '' ? 'Enter your password' : null),
    },
  });
  const login = useMutation({
    mutationFn: ({ email, password }: typeof form.values) => client.auth.login({ email: email.trim(), password }),
    onSuccess: ({ user }) => setSession(queryClient, user),
    onError: () => form.setFieldValue('password', ''),
  });
  return (
    <form className={classes.form} noValidate onSubmit={form.onSubmit((values) => login.mutate(values))}>
      <TextInput label="E-mail" type="email" autoComplete="username" autoFocus {...form.getInputProps('email')} />
      <PasswordInput
        label="Password"
        autoComplete="current-password"
        visibilityToggleButtonProps={{ 'aria-label': 'Show password' }}
        {...form.getInputProps('password')}
      />
      {login.error && (
        <p className={classes.fault} role="alert">
          {toFailure(login.error).details}
        </p>
      )}
      <Button type="submit" fullWidth loading={login.isPending}>
        Sign in
      </Button>
    </form>
  );
}
