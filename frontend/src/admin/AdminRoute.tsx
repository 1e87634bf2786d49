import { Button } from '@mantine/core';
import { IconCloudOff } from '@tabler/icons-react';
import { useState } from 'react';
import { Navigate, useLocation } from 'react-router-dom';
import { toFailure } from '../api/failure';
import { keepsAccounts, mount } from '../api/mount';
import { useSession } from '../api/session';
import { loginFor } from '../paths';
import { loadable } from '../ui/loadable';
import { MessagePage } from '../ui/MessagePage';
import { PageLoader } from '../ui/PageLoader';
import { AdminLayout } from './AdminLayout';

const NoAccessPage = loadable(() => import('./NoAccessPage').then((page) => page.NoAccessPage));
const NewPasswordPage = loadable(() => import('./account/NewPasswordPage').then((page) => page.NewPasswordPage));
const SecondFactorPage = loadable(() => import('./account/SecondFactorPage').then((page) => page.SecondFactorPage));
const SignedOutPage = loadable(() => import('./SignedOutPage').then((page) => page.SignedOutPage));

/** Lets operators in; sends others to sign in, or shows them that they have no access. */
export function AdminRoute() {
  const session = useSession();
  // Read here, so that this renders again when the address changes; the dialogs' part of it is only in `window`.
  useLocation();
  const [wasSignedIn, setWasSignedIn] = useState(false);
  if (session.data && !wasSignedIn) setWasSignedIn(true);
  if (session.isPending) {
    return <PageLoader />;
  }
  if (session.error && session.data === undefined) {
    const { title, details } = toFailure(session.error);
    return (
      <MessagePage icon={IconCloudOff} title={title} text={details}>
        <Button onClick={() => void session.refetch()} loading={session.isFetching}>
          Retry
        </Button>
      </MessagePage>
    );
  }
  if (!session.data) {
    if (!keepsAccounts) {
      const retry = () => void session.refetch();
      return <SignedOutPage isSessionEnded={wasSignedIn} onRetry={retry} isRetrying={session.isFetching} />;
    }
    const { pathname, search } = window.location;
    const state = wasSignedIn ? { isSessionEnded: true } : undefined;
    return <Navigate to={loginFor(pathname.slice(mount.length) + search)} state={state} replace />;
  }
  if (session.data.pending[0] === 'changePassword') return <NewPasswordPage email={session.data.email} />;
  if (session.data.pending.length > 0) return <SecondFactorPage email={session.data.email} />;
  return session.data.permissions.includes('view') ? <AdminLayout /> : <NoAccessPage email={session.data.email} />;
}
