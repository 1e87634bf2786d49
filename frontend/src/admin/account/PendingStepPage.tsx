import type { CurrentUser } from '@job-manager/shared/contract/auth';
import { Title } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { recheckSession } from '../../api/session';
import { useSignOut } from '../../components/useSignOut';
import { usePageTitle } from '../../ui/document-title';
import { ProductMark } from '../../ui/ProductMark';
import classes from './PendingStepPage.module.css';
import { SetUpSecondFactor } from './SetUpSecondFactor';

/** What somebody must do before they get in: set up the second factor that this server demands of their role. */
export function PendingStepPage({ user }: { user: CurrentUser }) {
  usePageTitle('Set up two-step sign-in');
  const queryClient = useQueryClient();
  const signOut = useSignOut();
  return (
    <main id="content" className={classes.page} tabIndex={-1}>
      <div className={classes.card}>
        <ProductMark size={44} />
        <Title order={1} className={classes.title}>
          Set up two-step sign-in
        </Title>
        <p className={classes.lead}>
          This server demands it of your role before you go on. You are signed in as <strong>{user.email}</strong>.
        </p>
        <SetUpSecondFactor
          email={user.email}
          onDone={() => void recheckSession(queryClient)}
          onCancel={signOut}
          cancelLabel="Sign out"
        />
      </div>
    </main>
  );
}
