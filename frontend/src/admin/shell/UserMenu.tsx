import { type MantineColorScheme, Menu, useMantineColorScheme } from '@mantine/core';
import { IconBell, IconKeyboard, IconLock, IconLogout } from '@tabler/icons-react';
import { useRef, useState } from 'react';
import { Link } from 'react-router-dom';
import { keepsAccounts } from '../../api/mount';
import type { SignedInUser } from '../../api/session';
import { roleNameOf } from '../../components/roles';
import { useSignOut } from '../../components/useSignOut';
import { isCompact, setCompact } from '../../lib/density';
import { areShortcutsOn, setShortcutsOn } from '../../lib/shortcuts-switch';
import { switchZone, useZoneChoice } from '../../lib/time-zone';
import { paths } from '../../paths';
import { AccountButton } from './AccountButton';
import classes from './AccountMenu.module.css';

interface Props {
  user: SignedInUser;
  onShowShortcuts: () => void;
  onOpenNotices: () => void;
}

/** Who is signed in, how this browser shows the panel and, where people sign in here, their password and the way out. */
export function UserMenu({ user, onShowShortcuts, onOpenNotices }: Props) {
  const target = useRef<HTMLButtonElement>(null);
  // Opened by the button that this one replaced, Mantine doesn't know whom to give the focus back.
  const returnFocus = () => {
    if (document.activeElement === document.body || document.activeElement?.closest('[role="menu"]'))
      target.current?.focus();
  };
  return (
    <Menu
      defaultOpened
      onClose={returnFocus}
      position="bottom-end"
      width={240}
      shadow="md"
      withinPortal={false}
      withInitialFocusPlaceholder={false}
    >
      <Menu.Target>
        <AccountButton ref={target} user={user} />
      </Menu.Target>
      <Menu.Dropdown>
        <div className={classes.who}>
          <div className={classes.email}>{user.email}</div>
          <div className={classes.role}>{roleNameOf(user)}</div>
        </div>
        <Menu.Divider />
        <ColourScheme />
        <Menu.Divider />
        <Preferences />
        <Menu.Item leftSection={<IconBell size={16} />} onClick={onOpenNotices}>
          Notices…
        </Menu.Item>
        <Menu.Item leftSection={<IconKeyboard size={16} />} rightSection={<kbd>?</kbd>} onClick={onShowShortcuts}>
          Keyboard shortcuts
        </Menu.Item>
        {keepsAccounts && <SessionItems />}
      </Menu.Dropdown>
    </Menu>
  );
}

const schemes: Record<MantineColorScheme, string> = { light: 'Light', dark: 'Dark', auto: 'As the system' };

/** Light, dark, or as the system is set. */
function ColourScheme() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <>
      <Menu.Label>Colours</Menu.Label>
      <Menu.RadioGroup value={colorScheme} onChange={(value) => setColorScheme(value as MantineColorScheme)}>
        {Object.entries(schemes).map(([value, label]) => (
          <Menu.RadioItem key={value} value={value}>
            {label}
          </Menu.RadioItem>
        ))}
      </Menu.RadioGroup>
    </>
  );
}

function Preferences() {
  const zone = useZoneChoice();
  const [hasKeys, setKeys] = useState(areShortcutsOn);
  const [hasLowRows, setLowRows] = useState(isCompact);
  const switchRows = () => {
    setCompact(!hasLowRows);
    setLowRows(!hasLowRows);
  };
  const switchKeys = () => {
    setShortcutsOn(!hasKeys);
    setKeys(!hasKeys);
  };
  return (
    <>
      <Menu.CheckboxItem checked={zone === 'utc'} onChange={switchZone}>
        Times in UTC
      </Menu.CheckboxItem>
      <Menu.CheckboxItem checked={hasLowRows} onChange={switchRows}>
        Compact tables
      </Menu.CheckboxItem>
      <Menu.CheckboxItem checked={hasKeys} onChange={switchKeys}>
        Single-key shortcuts
      </Menu.CheckboxItem>
    </>
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
