import { Button } from '@mantine/core';
import { IconLock } from '@tabler/icons-react';
import { keepsAccounts } from '../api/mount';
import { useSignOut } from '../components/useSignOut';
import { MessagePage } from '../ui/MessagePage';

/** For people who are signed in without being operators. */
export function NoAccessPage({ email }: { email: string }) {
  const signOut = useSignOut();
  return (
    <MessagePage
      icon={IconLock}
      title="No access"
      text={
        <>
          You are signed in as <strong>{email}</strong>, and this panel is for administrators. If you should be one, ask
          the operator of Job Manager to change your role; there is nothing you need to do afterwards but reload.
        </>
      }
    >
      {keepsAccounts && (
        <Button variant="default" onClick={signOut}>
          Sign in with another account
        </Button>
      )}
    </MessagePage>
  );
}
