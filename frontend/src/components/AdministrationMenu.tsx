import type { Permission } from '@job-manager/shared/permissions';
import { Menu, UnstyledButton } from '@mantine/core';
import {
  IconActivityHeartbeat,
  IconBug,
  IconChevronDown,
  IconKey,
  IconListDetails,
  IconUsers,
  type TablerIcon,
} from '@tabler/icons-react';
import { Link } from 'react-router-dom';
import { useCan } from '../api/session';
import { paths } from '../paths';
import classes from './MainNavigation.module.css';

interface Props {
  pathname: string;
  /** A place that found no room beside the menu, and comes first in it. */
  moved: { to: string; label: string } | null;
}

/** Leads to what not everybody may see; offers what whoever is signed in may. */
export function AdministrationMenu({ pathname, moved }: Props) {
  const offered = useOffered();
  if (offered.length === 0 && moved === null) return null;
  const isInside = [...offered, ...(moved ? [moved] : [])].some(({ to }) => isWithin(to, pathname));
  return (
    <Menu position="bottom-start" width={200} shadow="md" withinPortal={false} withInitialFocusPlaceholder={false}>
      <Menu.Target>
        <UnstyledButton className={classes.place} data-current={isInside || undefined}>
          {moved ? 'More' : 'Administration'}
          <IconChevronDown size={14} aria-hidden className={classes.chevron} />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        {moved && <Way {...moved} icon={IconActivityHeartbeat} pathname={pathname} />}
        {moved && offered.length > 0 && <Menu.Label>Administration</Menu.Label>}
        {offered.map((way) => (
          <Way key={way.to} {...way} pathname={pathname} />
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

interface WayProps {
  to: string;
  label: string;
  icon: TablerIcon;
  pathname: string;
}

function Way({ to, label, icon: Icon, pathname }: WayProps) {
  return (
    <Menu.Item
      component={Link}
      to={to}
      leftSection={<Icon size={16} />}
      aria-current={isWithin(to, pathname) ? 'page' : undefined}
    >
      {label}
    </Menu.Item>
  );
}

const ways = {
  viewErrors: { to: paths.errors, label: 'Errors', icon: IconBug },
  viewAudit: { to: paths.audit, label: 'Audit log', icon: IconListDetails },
  manageTokens: { to: paths.tokens, label: 'API tokens', icon: IconKey },
  manageUsers: { to: paths.users, label: 'Users', icon: IconUsers },
} as const satisfies Partial<Record<Permission, Omit<WayProps, 'pathname'>>>;

function useOffered() {
  const may = {
    viewErrors: useCan('viewErrors'),
    viewAudit: useCan('viewAudit'),
    manageTokens: useCan('manageTokens'),
    manageUsers: useCan('manageUsers'),
  };
  return (Object.keys(ways) as (keyof typeof ways)[]).filter((permission) => may[permission]).map((key) => ways[key]);
}

const isWithin = (to: string, pathname: string): boolean => pathname === to || pathname.startsWith(`${to}/`);
