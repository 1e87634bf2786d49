import type { CurrentUser } from '@job-manager/shared/contract/auth';
import { Menu, UnstyledButton } from '@mantine/core';
import { IconChevronDown, IconLock, IconLogout } from '@tabler/icons-react';
import { Link } from 'react-router-dom';
import { keepsAccounts } from '../api/place';
import { paths } from '../paths';
import { roleLabel } from './roles';
import classes from './UserMenu.module.css';
import { useSignOut } from './useSignOut';

/** Who is signed in and, where people sign in here, their password and the way out. */
export function UserMenu({ user }: { user: CurrentUser }) {
  return (
    <Menu position="bottom-end" width={240} shadow="md" withinPortal={false} withInitialFocusPlaceholder={false}>
      <Menu.Target>
        <UnstyledButton className={classes.button} aria-label={`Account: ${user.email}`}>
          <span className={classes.initial} aria-hidden>
            {user.email.charAt(0).toUpperCase()}
          </span>
          <IconChevronDown size={14} aria-hidden />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <div className={classes.who}>
          <div className={classes.email}>{user.email}</div>
          <div className={classes.role}>{roleLabel[user.role]}</div>
        </div>
        {keepsAccounts && <SessionItems />}
      </Menu.Dropdown>
    </Menu>
  );
}

function SessionItems() {
  const signOut = useSignOut();
  return (
    <>
      <Menu.Divider />
      <Menu.Item component={Link} to={paths.account} leftSection={<IconLock size={16} />}>
        Change password
      </Menu.Item>
      <Menu.Item leftSection={<IconLogout size={16} />} onClick={signOut}>
        Sign out
      </Menu.Item>
    </>
  );
}
