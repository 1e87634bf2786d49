import type { Permission } from '@job-manager/shared/permissions';
import {
  IconActivityHeartbeat,
  IconArrowsSplit2,
  IconBellRinging,
  IconBox,
  IconBug,
  IconCalendarClock,
  IconChartHistogram,
  IconChartLine,
  IconClipboardList,
  IconKey,
  IconLayoutDashboard,
  IconListDetails,
  IconServer2,
  IconTool,
  IconUsers,
  type TablerIcon,
} from '@tabler/icons-react';
import type { ComponentType } from 'react';
import { keepsAccounts } from '../../api/mount';
import { useAllowed } from '../../api/session';
import { paths } from '../../paths';
import {
  ErrorKindsBadge,
  IncidentsBadge,
  PausedJobsBadge,
  RunnersBadge,
  RunningBadge,
  ScheduleProblemsBadge,
  VerdictBadge,
  WaitingChannelsBadge,
} from './badges';

/** A page that the navigation leads to. */
export interface NavItem {
  to: string;
  label: string;
  icon: TablerIcon;
  /** The letter that opens the page after `g`; no two items share one. */
  key: string;
  /** Who lacks it doesn't see the item. */
  permission: Permission;
  /** What stands behind the label, if anything does at the moment. */
  Badge?: ComponentType;
}

export interface NavGroup {
  /** The caption; the first group needs none. */
  label: string | null;
  /** Closed until it is opened, or one of its pages is. */
  isFolded?: boolean;
  items: readonly NavItem[];
}

/** Every page of the navigation, in its order; a new page adds its line here. */
export const navGroups: readonly NavGroup[] = [
  {
    label: null,
    items: [
      { to: paths.dashboard, label: 'Dashboard', icon: IconLayoutDashboard, key: 'd', permission: 'view' },
      { to: paths.overview, label: 'Overview', icon: IconChartHistogram, key: 'o', permission: 'view' },
    ],
  },
  {
    label: 'Work',
    items: [
      { to: paths.jobs, label: 'Runs', icon: IconListDetails, key: 'r', permission: 'view', Badge: RunningBadge },
      { to: paths.definitions, label: 'Jobs', icon: IconBox, key: 'j', permission: 'view', Badge: PausedJobsBadge },
      {
        to: paths.schedules,
        label: 'Schedules',
        icon: IconCalendarClock,
        key: 's',
        permission: 'view',
        Badge: ScheduleProblemsBadge,
      },
    ],
  },
  {
    label: 'Capacity',
    items: [
      {
        to: paths.channels,
        label: 'Channels',
        icon: IconArrowsSplit2,
        key: 'c',
        permission: 'view',
        Badge: WaitingChannelsBadge,
      },
      { to: paths.runners, label: 'Runners', icon: IconServer2, key: 'n', permission: 'view', Badge: RunnersBadge },
    ],
  },
  {
    label: 'Insight',
    items: [
      { to: paths.analytics, label: 'Analytics', icon: IconChartLine, key: 'y', permission: 'view' },
      { to: paths.alerts, label: 'Alerts', icon: IconBellRinging, key: 'a', permission: 'view', Badge: IncidentsBadge },
    ],
  },
  {
    label: 'Operate',
    items: [
      { to: paths.operations, label: 'Operations', icon: IconTool, key: 'm', permission: 'view' },
      {
        to: paths.systemStatus,
        label: 'System status',
        icon: IconActivityHeartbeat,
        key: 'x',
        permission: 'view',
        Badge: VerdictBadge,
      },
    ],
  },
  {
    label: 'Administration',
    isFolded: true,
    items: [
      {
        to: paths.errors,
        label: 'Browser errors',
        icon: IconBug,
        key: 'e',
        permission: 'viewErrors',
        Badge: ErrorKindsBadge,
      },
      { to: paths.audit, label: 'Audit log', icon: IconClipboardList, key: 'l', permission: 'viewAudit' },
      { to: paths.tokens, label: 'API tokens', icon: IconKey, key: 't', permission: 'manageTokens' },
      {
        to: paths.users,
        // Inside another application the people are kept there.
        label: keepsAccounts ? 'Users' : 'Roles',
        icon: IconUsers,
        key: 'u',
        permission: 'manageUsers',
      },
    ],
  },
];

/** The groups with what the person signed in may open; groups without an item are left out. */
export function useNavGroups(): NavGroup[] {
  const isAllowed = useAllowed();
  return navGroups
    .map((group) => ({ ...group, items: group.items.filter(({ permission }) => isAllowed(permission)) }))
    .filter(({ items }) => items.length > 0);
}

/** The item that an address belongs to: a page below another's address belongs to the longer one. */
export function findItem(items: readonly NavItem[], pathname: string): NavItem | undefined {
  return items
    .filter(({ to }) => pathname === to || pathname.startsWith(`${to}/`))
    .sort((a, b) => b.to.length - a.to.length)[0];
}

/** The item of the page that is open. */
export function useCurrentItem(pathname: string): NavItem | undefined {
  return findItem(
    useNavGroups().flatMap(({ items }) => items),
    pathname,
  );
}
