import { Button, Title } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { recheckSession } from '../../api/session';
import { useSignOut } from '../../components/useSignOut';
import { usePageTitle } from '../../ui/document-title';
import { ProductMark } from '../../ui/ProductMark';
import { ChangePasswordForm } from './ChangePasswordForm';
import classes from './NewPasswordPage.module.css';

/** For somebody whose password another person chose: nothing else is possible before they choose their own. */
export function NewPasswordPage({ email }: { email: string }) {
  usePageTitle('Choose a new password');
  const queryClient = useQueryClient();
  const signOut = useSignOut();
  return (
    <main id="content" className={classes.page} tabIndex={-1}>
      <div className={classes.card}>
        <ProductMark size={44} />
        <Title order={1} className={classes.title}>
          Choose a new password
        </Title>
        <p className={classes.lead}>
          Somebody else has seen the one you signed in with, so replace it before you go on. You are signed in as{' '}
          <strong>{email}</strong>.
        </p>
        <ChangePasswordForm email={email} onChanged={() => recheckSession(queryClient)} />
        <Button variant="default" className={classes.out} onClick={signOut}>
          Sign out
        </Button>
      </div>
    </main>
  );
}
