/** The parts of a run's details; the first is shown where none is named. */
export const runTabs = ['overview', 'log', 'attempts'] as const;
export type RunTab = (typeof runTabs)[number];

/** Every address of the panel; links are built here and nowhere else. */
export const paths = {
  login: '/login',
  admin: '/admin',
  dashboard: '/admin/dashboard',
  jobs: '/admin/jobs',
  history: '/admin/jobs/history',
  monitor: '/admin/jobs/monitor',
  run: (jobRunId: string, tab: RunTab = 'overview') =>
    tab === 'overview' ? `/admin/jobs/${jobRunId}` : `/admin/jobs/${jobRunId}?tab=${tab}`,
  systemStatus: '/admin/system-status',
  errors: '/admin/errors',
  error: (fingerprint: string) => `/admin/errors/${fingerprint}`,
  audit: '/admin/audit',
  tokens: '/admin/tokens',
  users: '/admin/users',
  account: '/admin/account',
} as const;

/** The sign-in page that leads back to `address` afterwards. */
export function loginFor(address: string): string {
  return address.startsWith(`${paths.admin}/`) ? `${paths.login}?next=${encodeURIComponent(address)}` : paths.login;
}

/** Where to go after signing in: only into the panel, never to an address of somebody else's making. */
export function afterLogin(next: string | null): string {
  return next !== null && /^\/admin(?:[/?#]|$)/.test(next) ? next : paths.dashboard;
}

const pageNames: Record<string, string> = {
  [paths.dashboard]: 'Dashboard',
  [paths.jobs]: 'Jobs',
  [paths.history]: 'History',
  [paths.monitor]: 'Monitor',
  [paths.systemStatus]: 'System',
  [paths.errors]: 'Errors',
  [paths.audit]: 'Audit log',
  [paths.tokens]: 'API tokens',
  [paths.users]: 'Users',
  [paths.account]: 'Change password',
};

/** What an address of the panel shows, for people: `Run New Job`, `run #13`, `History`. */
export function describeAddress(address: string): string {
  const { pathname, searchParams } = new URL(address, 'http://panel');
  if (searchParams.has('new')) return 'Run New Job';
  if (searchParams.has('rerun')) return `Re-run Job (#${searchParams.get('rerun')})`;
  const run = searchParams.get('run') ?? /^\/admin\/jobs\/(\d+)$/.exec(pathname)?.[1];
  return run === undefined ? (pageNames[pathname] ?? 'this page') : `run #${run}`;
}
