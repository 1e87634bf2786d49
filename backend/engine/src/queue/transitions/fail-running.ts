import { auditFrom } from '@job-manager/client/audit';
import type { AuditAction } from '@job-manager/shared/audit';
import { limits } from '@job-manager/shared/limits';
import { leaveRunning } from './leave-running.js';

interface FailRunning {
  /** A query of the ids of RUNNING runs, their rows locked. */
  target: string;
  /** What is said of each, as an SQL expression over JobRun `j`. */
  error: string;
  action: AuditAction;
  /** Number of the first of the values of `auditValues`. */
  actorAt: number;
  /** What else the audit entry tells, as an SQL expression. */
  details?: string;
}

/**
 * Fails running runs from outside their execution, as the CTEs of a statement that leave the runs in `changed`. The
 * lease is taken away, so whatever their runner still writes changes nothing.
 */
export const failRunning = ({ target, error, action, actorAt, details }: FailRunning): string => `
WITH moment AS MATERIALIZED (SELECT clock_timestamp() AS at
), target AS MATERIALIZED (${target}
), ${leaveRunning({
  from: 'target',
  next: `'FAILED'`,
  isFinal: true,
  set: { error: `left(${error}, ${limits.errorChars})` },
  note: { level: `'ERROR'`, text: 'j.error' },
  audit: auditFrom('changed', action, actorAt, details),
})}`;

/** Words for what was done to runs, by whom and why, as an SQL expression over two values: who, and why or null. */
export const doneBy = (what: string, who: string, why: string): string =>
  `'${what} by ' || coalesce(${who}::text, 'the system') || coalesce(': ' || ${why}::text, '')`;
