import type { CurrentUser } from '@job-manager/shared/contract/auth';
import { Menu, UnstyledButton } from '@mantine/core';
import { IconChevronDown, IconKeyboard, IconLock, IconLogout } from '@tabler/icons-react';
import { useState } from 'react';
import { Link } from 'react-router-dom';
import { keepsAccounts } from '../../api/place';
import { roleLabel } from '../../components/roles';
import { useSignOut } from '../../components/useSignOut';
import { switchZone, useZoneChoice } from '../../lib/time-zone';
import { paths } from '../../paths';
import { areShortcutsOn, setShortcutsOn } from './shortcuts';
import classes from './UserMenu.module.css';

interface Props {
  user: CurrentUser;
  onShowShortcuts: () => void;
}

/** Who is signed in, what this browser is to do and, where people sign in here, their password and the way out. */
export function UserMenu({ user, onShowShortcuts }: Props) {
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
        <Menu.Divider />
        <Preferences />
        <Menu.Item leftSection={<IconKeyboard size={16} />} rightSection={<kbd>?</kbd>} onClick={onShowShortcuts}>
          Keyboard shortcuts
        </Menu.Item>
        {keepsAccounts && <SessionItems />}
      </Menu.Dropdown>
    </Menu>
  );
}

function Preferences() {
  const zone = useZoneChoice();
  const [hasKeys, setKeys] = useState(areShortcutsOn);
  return (
    <>
      <Choice isOn={zone === 'utc'} label="Times in UTC" onSwitch={switchZone} />
      <Choice
        isOn={hasKeys}
        label="Single-key shortcuts"
        onSwitch={() => {
          setShortcutsOn(!hasKeys);
          setKeys(!hasKeys);
        }}
      />
    </>
  );
}

function Choice({ isOn, label, onSwitch }: { isOn: boolean; label: string; onSwitch: () => void }) {
  return (
    <Menu.CheckboxItem checked={isOn} onChange={onSwitch} closeMenuOnClick={false}>
      {label}
    </Menu.CheckboxItem>
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
