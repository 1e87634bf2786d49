import { type Permission, permissions } from '@job-manager/shared/permissions';
import { Button } from '@mantine/core';
import { IconLock } from '@tabler/icons-react';
import type { PropsWithChildren, ReactNode } from 'react';
import { Link } from 'react-router-dom';
import { useCan, useSession } from '../api/session';
import { paths } from '../paths';
import { EmptyState } from '../ui/EmptyState';
import { Page } from '../ui/Page';
import { roleNameOf } from './roles';

interface Props {
  permission: Permission;
  /** The page's title, which also stands over the refusal. */
  title: string;
}

/** A page for those who may; others, who came by its address, read which permission they would need. */
export function Permitted({ permission, title, children }: PropsWithChildren<Props>) {
  if (useCan(permission)) return children;
  return (
    <Page title={title}>
      <NoAccess
        permission={permission}
        action={
          <Button component={Link} to={paths.dashboard} variant="default">
            Go to the dashboard
          </Button>
        }
      />
    </Page>
  );
}

/** The permission that a person would need. */
export function NoAccess({ permission, action }: { permission: Permission; action?: ReactNode }) {
  const { data: user } = useSession();
  return (
    <EmptyState
      icon={IconLock}
      title="No access"
      text={`Your role${user ? `, ${roleNameOf(user)},` : ''} doesn't include this: ${permissions[permission]}. A person who manages users can change your role.`}
      action={action}
    />
  );
}
