import type { Account } from '@job-manager/shared/contract/users';
import { ActionIcon, Menu } from '@mantine/core';
import {
  IconDots,
  IconLock,
  IconLogout,
  IconPassword,
  IconShieldOff,
  IconUserCheck,
  IconUserOff,
  IconUserShield,
  type TablerIcon,
} from '@tabler/icons-react';
import { useRef } from 'react';
import { Link } from 'react-router-dom';
import { paths } from '../../paths';
import classes from './UserRowMenu.module.css';
import { actsOn, type OpenedAct, type UserAct } from './user-acts';

interface Props {
  account: Account;
  isOwn: boolean;
  onAct: (act: OpenedAct) => void;
}

const items = {
  changeRole: { label: 'Change role', icon: IconUserShield },
  disable: { label: 'Disable', icon: IconUserOff },
  enable: { label: 'Enable', icon: IconUserCheck },
  resetPassword: { label: 'Reset password', icon: IconPassword },
  removeSecondFactor: { label: 'Remove second factor', icon: IconShieldOff },
  signOutEverywhere: { label: 'Sign out everywhere', icon: IconLogout },
} as const satisfies Record<UserAct, { label: string; icon: TablerIcon }>;

const ownAccountNote = 'Your own role and access are for another super admin to change.';

/** What can be done to one account. */
export function UserRowMenu({ account, isOwn, onAct }: Props) {
  const button = useRef<HTMLButtonElement>(null);
  const choose = (act: UserAct) => {
    // The item goes with the menu: the dialog is to give the focus back to something that stays.
    button.current?.focus();
    onAct({ act, account });
  };
  return (
    <Menu position="bottom-end" width={220} shadow="md" withinPortal={false} withInitialFocusPlaceholder={false}>
      <Menu.Target>
        <ActionIcon ref={button} size="lg" aria-label={`Actions on ${account.email}`}>
          <IconDots size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {isOwn && (
          <Menu.Item component={Link} to={paths.account} leftSection={<IconLock size={16} />}>
            Change password
          </Menu.Item>
        )}
        {actsOn(account, isOwn).map((act) => {
          const { label, icon: Icon } = items[act];
          return (
            <Menu.Item key={act} leftSection={<Icon size={16} />} onClick={() => choose(act)}>
              {label}
            </Menu.Item>
          );
        })}
        {isOwn && <div className={classes.note}>{ownAccountNote}</div>}
      </Menu.Dropdown>
    </Menu>
  );
}
