import { paths } from '../paths';

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
