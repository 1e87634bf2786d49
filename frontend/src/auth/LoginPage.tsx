import { Button, PasswordInput, TextInput, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Navigate, useLocation, useSearchParams } from 'react-router-dom';
import { accountCalls } from '../api/account-calls';
import { toFailure } from '../api/failure';
import { announceSignIn, loadSession, useSession, useSignInElsewhere } from '../api/session';
import { useAction } from '../api/useAction';
import { dropDraftsOfOthers, hasDrafts } from '../lib/drafts';
import { afterLogin } from '../paths';
import { ColorSchemeSwitch } from '../ui/ColorSchemeSwitch';
import { usePageTitle } from '../ui/document-title';
import { ProductMark } from '../ui/ProductMark';
import { CodeForm } from './CodeForm';
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
        <SignInSteps />
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

/** The password and, for those who have a second factor, the code. */
function SignInSteps() {
  const queryClient = useQueryClient();
  const [isCodeAwaited, setCodeAwaited] = useState(false);
  const [note, setNote] = useState<string | null>(null);
  const onSignedIn = async (userId: number) => {
    dropDraftsOfOthers(String(userId));
    await loadSession(queryClient);
    announceSignIn();
  };
  const onEnded = (reason: string | null) => {
    setNote(reason);
    setCodeAwaited(false);
  };
  if (isCodeAwaited) return <CodeForm onSignedIn={onSignedIn} onEnded={onEnded} />;
  return <LoginForm note={note} onSignedIn={onSignedIn} onCodeNeeded={() => setCodeAwaited(true)} />;
}

interface LoginFormProps {
  /** Why the password is required again. */
  note: string | null;
  onSignedIn: (userId: number) => Promise<void>;
  onCodeNeeded: () => void;
}

function LoginForm({ note, onSignedIn, onCodeNeeded }: LoginFormProps) {
  const form = useForm({
    initialValues: { email: '', password: '' },
    validate: {
      email: (email) => (email.trim() === '' ? 'Enter your e-mail address' : null),
      password: (password) => (password === '' ? 'Enter your password' : null),
    },
  });
  const login = useAction({
    mutationFn: ({ email, password }: typeof form.values) => accountCalls.login({ email: email.trim(), password }),
    onSuccess: ({ user }) => (user === null ? onCodeNeeded() : onSignedIn(user.id)),
    onError: () => form.setFieldValue('password', ''),
  });
  const errorText = login.error ? toFailure(login.error).details : note;
  return (
    <form className={classes.form} noValidate onSubmit={form.onSubmit((values) => login.mutate(values))}>
      <TextInput label="E-mail" type="email" autoComplete="username" autoFocus {...form.getInputProps('email')} />
      <PasswordInput
        label="Password"
        autoComplete="current-password"
        visibilityToggleButtonProps={{ 'aria-label': 'Show password' }}
        {...form.getInputProps('password')}
      />
      {errorText !== null && (
        <p className={classes.error} role="alert">
          {errorText}
        </p>
      )}
      <Button type="submit" fullWidth loading={login.isPending}>
        Sign in
      </Button>
    </form>
  );
}
