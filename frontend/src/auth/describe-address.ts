import { canonicalPath, paths } from '../paths';

const pageNames: Record<string, string> = {
  [paths.dashboard]: 'Dashboard',
  [paths.overview]: 'Overview',
  [paths.jobs]: 'Runs',
  [paths.monitor]: 'Active runs',
  [paths.history]: 'History',
  [paths.batches]: 'Batches',
  [paths.definitions]: 'Jobs',
  [paths.schedules]: 'Schedules',
  [paths.channels]: 'Channels',
  [paths.runners]: 'Runners',
  [paths.analytics]: 'Analytics',
  [paths.alerts]: 'Alerts',
  [paths.operations]: 'Operations',
  [paths.systemStatus]: 'System status',
  [paths.errors]: 'Browser errors',
  [paths.audit]: 'Audit log',
  [paths.tokens]: 'API tokens',
  [paths.users]: 'Users',
  [paths.account]: 'Account',
};

/** What an address of the panel shows, for people: `Run New Job`, `run #13`, `History`. */
export function describeAddress(address: string): string {
  const { pathname, searchParams } = new URL(address, 'http://panel');
  if (searchParams.has('new')) return 'Run New Job';
  if (searchParams.has('rerun')) return `Re-run Job (#${searchParams.get('rerun')})`;
  const run = searchParams.get('run') ?? /^\/admin\/jobs\/(\d+)$/.exec(pathname)?.[1];
  return run === undefined ? (pageNames[canonicalPath(pathname)] ?? 'this page') : `run #${run}`;
}
