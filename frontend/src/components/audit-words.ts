import type { AuditAction } from '@job-manager/shared/audit';
import type { AuditEvent } from '@job-manager/shared/contract/audit';

/** What the audit log speaks of, in words that follow whoever did it. */
export const auditWords = {
  'session.begin': 'Signed in',
  'session.end': 'Signed out',
  'session.refused': 'Was refused at sign-in',
  'access.denied': 'Was denied access',
  'run.enqueue': 'Queued a run',
  'run.start-here': 'Started a run from a command line',
  'run.start-external': 'Began a run as an external program',
  'run.complete-external': 'Completed a run as an external program',
  'run.fail-external': 'Failed a run as an external program',
  'run.cancel': 'Cancelled a run',
  'run.reschedule': 'Rescheduled a queued run',
  'run.cancel-many': 'Cancelled a group of runs',
  'run.replace': 'Replaced a queued run',
  'run.reveal': 'Looked at the secrets of a run',
  'run.recover': 'Recovered a stalled run',
  'run.time-out': 'Ended a run that took too long',
  'run.ask-force-fail': 'Asked a run to stop, or to be force-failed',
  'run.force-fail': 'Force-failed a run',
  'run.emergency-fail': 'Failed a run in an emergency cleanup',
  'run.prune': 'Removed old runs',
  'batch.enqueue': 'Queued a batch',
  'batch.cancel': 'Cancelled a batch',
  'channel.set': 'Changed a channel',
  'channel.pause': 'Paused a channel',
  'channel.resume': 'Resumed a channel',
  'job.set': 'Changed settings of a job',
  'job.reset': 'Reset settings of a job',
  'job.pause': 'Paused a job',
  'job.resume': 'Resumed a job',
  'schedule.backfill': 'Queued missing runs of a schedule',
  'preset.create': 'Saved a preset',
  'preset.change': 'Changed a preset',
  'preset.remove': 'Removed a preset',
  'view.create': 'Saved a view',
  'view.change': 'Changed a view',
  'view.remove': 'Removed a view',
  'schedule.create': 'Created a schedule',
  'schedule.change': 'Changed a schedule',
  'schedule.remove': 'Removed a schedule',
  'schedule.pause': 'Paused a schedule',
  'schedule.resume': 'Resumed a schedule',
  'schedule.run': 'Ran a schedule now',
  'account.write': 'Set up an account from a command line',
  'account.create': 'Created a user',
  'account.change-role': 'Changed a role',
  'account.disable': 'Disabled a user',
  'account.enable': 'Enabled a user',
  'account.reset-password': 'Reset a password',
  'account.change-password': 'Changed their password',
  'account.sign-out-everywhere': 'Signed a user out everywhere',
  'second-factor.set-up': 'Set up a second factor',
  'second-factor.turn-off': 'Turned off their second factor',
  'second-factor.remove': 'Removed a second factor',
  'second-factor.renew-recovery-codes': 'Made new recovery codes',
  'second-factor.use-recovery-code': 'Used a recovery code',
  'second-factor.refused': 'Gave a wrong code',
  'token.create': 'Created an API token',
  'token.revoke': 'Revoked an API token',
  'audit.export': 'Exported the audit log',
  'errors.export': 'Exported the errors',
} as const satisfies Record<AuditAction, string>;

/** The words for an action; its own name for one that this version of the panel has not heard of. */
export const wordsFor = (action: string): string => (auditWords as Record<string, string>)[action] ?? action;

/** Whose deed it was: what nobody is named for, somebody unknown tried, or the product did by itself. */
export function actorName({ actor, action }: AuditEvent): string {
  if (actor !== null) return actor;
  return action === 'session.refused' || action === 'access.denied' ? 'Unknown' : 'Job Manager';
}
