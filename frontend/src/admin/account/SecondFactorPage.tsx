import { useQueryClient } from '@tanstack/react-query';
import { recheckSession } from '../../api/session';
import { useSignOut } from '../../components/useSignOut';
import { PendingStepCard } from './PendingStepCard';
import { SetUpSecondFactor } from './SetUpSecondFactor';

/** Sets up the second factor that this server demands of the role; until then the session may do nothing else. */
export function SecondFactorPage({ email }: { email: string }) {
  const queryClient = useQueryClient();
  const signOut = useSignOut();
  return (
    <PendingStepCard
      title="Set up two-step sign-in"
      reason="This server demands it of your role before you go on."
      email={email}
    >
      <SetUpSecondFactor
        email={email}
        onDone={() => void recheckSession(queryClient)}
        onCancel={signOut}
        cancelLabel="Sign out"
      />
    </PendingStepCard>
  );
}
