import { Button, PasswordInput, TextInput, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Navigate, useLocation, useSearchParams } from 'react-router-dom';
import { client } from '../api/client';
import { toFailure } from '../api/failure';
import { announceSignIn, loadSession, useSession, useSignInElsewhere } from '../api/session';
import { useAction } from '../api/useAction';
import { dropDraftsOfOthers, hasDrafts } from '../lib/drafts';
import { afterLogin } from '../paths';
import { ColorSchemeSwitch } from '../ui/ColorSchemeSwitch';
import { usePageTitle } from '../ui/document-title';
import { ProductMark } from '../ui/ProductMark';
import { describeAddress } from './describe-address';
import classes from './LoginPage.module.css';

/** Email and password; leads back to where the reader wanted to go. */
export function LoginPage() {
  usePageTitle('Sign in');
  const [search] = useSearchParams();
  const session = useSession();
  useSignInElsewhere();
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
        <Lead next={search.get('next')} />
        <LoginForm />
      </div>
    </main>
  );
}

/** Why one is here, and where signing in leads. */
function Lead({ next }: { next: string | null }) {
  const { state } = useLocation();
  const [isTextKept] = useState(hasDrafts);
  if (next === null) return <p className={classes.lead}>Watch, run and cancel background jobs.</p>;
  return (
    <div className={classes.lead}>
      {isEnded(state) && <p role="status">Your session has ended.</p>}
      <p>Sign in to go on where you were.</p>
      <p>
        You will return to {describeAddress(afterLogin(next))}
        {isTextKept ? '; what you entered and did not send is kept.' : '.'}
      </p>
    </div>
  );
}

const isEnded = (state: unknown): boolean => typeof state === 'object' && state !== null && 'isSessionEnded' in state;

function LoginForm() {
  const queryClient = useQueryClient();
  const form = useForm({
    initialValues: { email: '', password: '' },
    validate: {
      email: (email) => (email.trim() === '' ? 'Enter your e-mail address' : null),
      password: (password) => (password === '' ? 'Enter your password' : null),
    },
  });
  const login = useAction({
    mutationFn: ({ email, password }: typeof form.values) => client.auth.login({ email: email.trim(), password }),
    onSuccess: async ({ user }) => {
      dropDraftsOfOthers(String(user.id));
      await loadSession(queryClient);
      announceSignIn();
    },
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
