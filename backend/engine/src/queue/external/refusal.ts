import type { TerminalStatus } from '@job-manager/shared/run';
import type { RunRow } from '../../store/run-row.js';
import type { Sql } from '../../store/sql.js';
import { notAllowed, QueueError, unknownRun } from '../errors.js';
import type { Lease } from '../transitions/beat.js';

type Found = Pick<RunRow, 'status' | 'error'> & { isExternal: boolean; isOwn: boolean };

/** The lease that a program reports with. */
export interface ReportedLease extends Lease {
  /** Whether the program may read what a run reports that isn't its own (any more); it may not by default. */
  canView?: boolean;
}

/** Why a report of an external program changed nothing; `ending` is how it wanted its run to end. */
export async function refusalOf(sql: Sql, lease: ReportedLease, ending?: TerminalStatus): Promise<QueueError> {
  const found = await sql.query<Found>(
    `SELECT status, error, "inactivityTimeoutMs" IS NOT NULL AS "isExternal",
       "leaseToken" IS NOT DISTINCT FROM $2::uuid AS "isOwn" FROM "JobRun" WHERE id = $1`,
    [lease.id, lease.leaseToken],
  );
  const run = found.rows[0];
  return run ? describeRefusal(lease, run, ending) : unknownRun(lease.id);
}

function describeRefusal(
  { id, canView = false }: ReportedLease,
  { status, error, isExternal, isOwn }: Found,
  ending?: TerminalStatus,
): QueueError {
  if (!isExternal) {
    return new QueueError(
      'LEASE_LOST',
      `Run #${id} is executed by a runner of the server; no other program may report on it.`,
    );
  }
  if (!isOwn && status === 'RUNNING') {
    return new QueueError('LEASE_LOST', `Run #${id} belongs to a program with another lease token; stop.`);
  }
  if (!isOwn) {
    const why = error === null || !canView ? '' : ` (${error})`;
    return new QueueError('LEASE_LOST', `Run #${id} is no longer yours: it was ${WAS[status]}${why}; stop.`);
  }
  if (status === 'RUNNING' && ending === 'CANCELLED') {
    return new QueueError(
      'NOT_ALLOWED',
      `Run #${id} was not requested to stop; fail it without \`cancelled\`, or go on.`,
    );
  }
  return notAllowed('report', id, status);
}

/** What was done to a run that its program lost. */
const WAS: Record<RunRow['status'], string> = {
  QUEUED: 'queued again',
  RUNNING: 'given to another',
  SUCCESS: 'completed',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
};
