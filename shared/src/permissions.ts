import type { UserRole } from './roles.js';

/** What a person, or a program with an API token, may be allowed to do. Each call of the contract names one. */
export const permissions = {
  view: 'See jobs, runs, their messages, statistics and health',
  run: 'Start runs of registered jobs',
  retry: 'Run a finished run again',
  cancel: 'Cancel runs',
  execute: 'Execute runs from an external program: start, report, complete, fail; it sees the runs it holds',
  bulk: 'Act on many runs at once, with the permission to do so to one',
  export: 'Export lists of runs',
  cleanup: 'Recover stalled runs',
  forceFail: 'Request a run to stop, and fail it when it goes on',
  manageChannels: 'Set limits of channels, pause and resume them',
  manageAlerts:
    'Acknowledge, mute and resolve incidents and browser errors, change alert rules and where they are sent',
  manageJobs: 'Change settings of jobs, pause and resume them',
  managePresets: 'Save, change and remove parameters and views that are shared by all',
  manageRunners: 'Drain, resume, stop and restart runners, and set what they serve',
  manageSettings: 'Change what holds for the whole installation, such as the default of runners',
  manageSchedules: 'Pause and remove schedules; with "run" also create, change and resume them',
  purge: 'Cancel all that waits in a channel at once',
  emergency: 'Fail all running runs at once',
  viewErrors: 'See the errors that browsers reported',
  viewAudit: 'Read and export the audit log',
  viewSecrets: 'See the secrets in the parameters of runs; each time is written down',
  manageTokens: 'Create and revoke API tokens',
  manageUsers: 'Create people, change roles, disable, reset passwords, sign out everywhere',
} as const satisfies Record<string, string>;
export type Permission = keyof typeof permissions;

const admin = [
  'view',
  'run',
  'retry',
  'cancel',
  'execute',
  'bulk',
  'export',
  'cleanup',
  'forceFail',
  'manageAlerts',
  'manageChannels',
  'manageJobs',
  'managePresets',
  'manageRunners',
  'manageSchedules',
  'viewErrors',
  'viewAudit',
] as const;

/** Which role may do what: the server enforces this table, the panel offers by it. */
export const permissionsOf = {
  USER: [],
  ADMIN: admin,
  SUPER_ADMIN: [...admin, 'viewSecrets', 'purge', 'emergency', 'manageSettings', 'manageTokens', 'manageUsers'],
} as const satisfies Record<UserRole, readonly Permission[]>;

/** What an API token may be given; managing people and tokens takes a person. */
export const tokenPermissions = [
  'view',
  'run',
  'retry',
  'cancel',
  'execute',
  'bulk',
  'export',
  'cleanup',
  'manageChannels',
  'manageJobs',
  'manageRunners',
  'manageSchedules',
  'viewSecrets',
] as const satisfies Permission[];
export type TokenPermission = (typeof tokenPermissions)[number];

/** What a role of the installation's own may be given; managing people and tokens stays with super admins. */
export const ownRolePermissions = (Object.keys(permissions) as Permission[]).filter(
  (permission) => permission !== 'manageTokens' && permission !== 'manageUsers',
);

/** Permissions that act on jobs and their runs, or only read: those that go with a limit to some jobs. */
export const jobBoundPermissions = [
  'view',
  'run',
  'retry',
  'cancel',
  'execute',
  'bulk',
  'export',
  'forceFail',
  'manageJobs',
  'managePresets',
  'manageSchedules',
  'viewErrors',
  'viewAudit',
  'viewSecrets',
] as const satisfies Permission[];

/** The permissions among these that reach beyond jobs, so that no limit to some jobs goes with them. */
export const beyondJobs = <Given extends Permission>(given: readonly Given[]): Given[] =>
  given.filter((permission) => !(jobBoundPermissions as readonly Permission[]).includes(permission));

export function can(role: UserRole, permission: Permission): boolean {
  return (permissionsOf[role] as readonly Permission[]).includes(permission);
}
