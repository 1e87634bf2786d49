import { alertPaths } from '@job-manager/shared/alert-paths';
import type { AuditSubject } from '@job-manager/shared/audit';

/** The parts of a runner's page; the first is shown where none is named. */
export const runnerTabs = ['overview', 'runs', 'log', 'events'] as const;
export type RunnerTab = (typeof runnerTabs)[number];

/** The parts of a run's details; the first is shown where none is named. */
export const runTabs = ['overview', 'log', 'attempts', 'chain', 'activity'] as const;
export type RunTab = (typeof runTabs)[number];

/** Every address of the panel; links are built only here. */
export const paths = {
  login: '/login',
  admin: '/admin',
  dashboard: '/admin/dashboard',
  overview: '/admin/jobs/overview',
  jobs: '/admin/jobs',
  history: '/admin/jobs/history',
  historyOf: (jobName: string) => `/admin/jobs/history?job=${encodeURIComponent(jobName)}`,
  monitor: '/admin/jobs/monitor',
  batches: '/admin/jobs/batches',
  batch: (batchId: string) => `/admin/jobs/batches/${batchId}`,
  run: (jobRunId: string, tab: RunTab = 'overview') =>
    tab === 'overview' ? `/admin/jobs/${jobRunId}` : `/admin/jobs/${jobRunId}?tab=${tab}`,
  operations: '/admin/jobs/manage',
  /** The tile of an act on many runs. */
  operation: (tile: string) => `/admin/jobs/manage?tile=${tile}`,
  /** How far an operation on many runs is. */
  bulkOperation: (operationId: string) => `/admin/jobs/manage?operation=${operationId}`,
  comparePage: '/admin/jobs/compare',
  compare: (a: string, b: string) => `/admin/jobs/compare?a=${a}&b=${b}`,
  channels: '/admin/jobs/channels',
  channel: (name: string) => `/admin/jobs/channels/${name}`,
  /** Its page, with the dialog that confirms before it is paused. */
  pauseChannel: (name: string) => `/admin/jobs/channels/${name}?act=pause`,
  runners: '/admin/jobs/runners',
  runnerPage: (runnerId: string, tab: RunnerTab = 'overview') =>
    `/admin/jobs/runners/${runnerId}${tab === 'overview' ? '' : `?tab=${tab}`}`,
  /** The runners of a name, `host:pid`: mostly one. */
  runner: (name: string) => `/admin/jobs/runners?q=${encodeURIComponent(name)}`,
  definitions: '/admin/jobs/definitions',
  definition: (jobName: string) => `/admin/jobs/definitions/${encodeURIComponent(jobName)}`,
  /** Its page, with the dialog that confirms before it is paused. */
  pauseJob: (jobName: string) => `/admin/jobs/definitions/${encodeURIComponent(jobName)}?act=pause`,
  schedules: '/admin/jobs/schedules',
  schedule: (scheduleId: string) => `/admin/jobs/schedules/${scheduleId}`,
  analytics: '/admin/jobs/analytics',
  alerts: '/admin/alerts',
  alertDestinations: alertPaths.destinations,
  incident: alertPaths.incident,
  /** A new rule of a kind, with its subject filled in. */
  newRule: (kind: string, { jobName, channel }: { jobName?: string; channel?: string } = {}) => {
    const subject = { ...(jobName !== undefined && { job: jobName }), ...(channel !== undefined && { channel }) };
    return `/admin/alerts?${new URLSearchParams({ tab: 'rules', newRule: kind, ...subject })}`;
  },
  systemStatus: '/admin/system-status',
  serviceLogs: '/admin/system-status?tab=events',
  errors: '/admin/errors',
  error: (fingerprint: string) => `/admin/errors/${fingerprint}`,
  audit: '/admin/audit',
  /** What one person, token or program did. */
  auditOf: (actor: string) => `/admin/audit?actor=${encodeURIComponent(actor)}`,
  /** What was done to a kind of things, or to the one of this name. */
  auditAbout: (about: 'maintenance' | AuditSubject, target?: string) =>
    `/admin/audit?about=${about}${target === undefined ? '' : `&target=${encodeURIComponent(target)}`}`,
  tokens: '/admin/tokens',
  users: '/admin/users',
  usersWithRole: (roleId: string) => `/admin/users?role=${roleId}`,
  roles: '/admin/users?tab=roles',
  account: '/admin/account',
} as const;

const pages = Object.values(paths).filter((path) => typeof path === 'string' && !path.includes('?')) as string[];

/**
 * The address of the same page as the panel writes it: in lower case as far as it names the page, without a slash at the
 * end and without doubled ones. A path compared with `paths` would otherwise match no page.
 */
export function canonicalPath(pathname: string): string {
  const plain = pathname.replace(/\/{2,}/g, '/').replace(/(.)\/$/, '$1');
  const lower = plain.toLowerCase();
  const [page = ''] = pages
    .filter((path) => lower === path || lower.startsWith(`${path}/`))
    .sort((a, b) => b.length - a.length);
  return page + plain.slice(page.length);
}

/** The sign-in page that leads back to `address` afterwards. */
export function loginFor(address: string): string {
  return address.startsWith(`${paths.admin}/`) ? `${paths.login}?next=${encodeURIComponent(address)}` : paths.login;
}

/** Where to go after signing in: only into the panel, never to an address of another site. */
export function afterLogin(next: string | null): string {
  return next !== null && /^\/admin(?:[/?#]|$)/.test(next) ? next : paths.dashboard;
}
