import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { recheckSession } from '../../api/session';
import { useSignOut } from '../../components/useSignOut';
import { ChangePasswordForm } from './ChangePasswordForm';
import { PendingStepCard } from './PendingStepCard';

/** Replaces a password that another person chose; until then the session may do nothing else. */
export function NewPasswordPage({ email }: { email: string }) {
  const queryClient = useQueryClient();
  const signOut = useSignOut();
  return (
    <PendingStepCard
      title="Choose a new password"
      reason="Another person has seen the one you signed in with, so replace it before you go on."
      email={email}
    >
      <ChangePasswordForm email={email} onChanged={() => recheckSession(queryClient)} />
      <Button variant="default" mt={12} onClick={signOut}>
        Sign out
      </Button>
    </PendingStepCard>
  );
}
