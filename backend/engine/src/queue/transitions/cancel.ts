import type { Actor } from '@job-manager/client/actor';
import { auditFrom, auditValues } from '@job-manager/client/audit';
import { readRun } from '../../store/run.js';
import { type RunRow, selectRun } from '../../store/run-row.js';
import type { Sql } from '../../store/sql.js';
import { notAllowed, unknownRun } from '../errors.js';
import { CAN_BE_CANCELLED, cancelActive } from './cancel-active.js';

/**
 * Cancels a QUEUED run at once: its code never starts. Asks a RUNNING one to stop, and notes who asked
 * and when. Asking again changes nothing. Throws QueueError for an unknown run or one that ended otherwise.
 */
export async function cancelRun(sql: Sql, runId: string, actor: Actor): Promise<{ run: RunRow; isNew: boolean }> {
  const changed = await sql.query<RunRow>(CANCEL, [runId, ...auditValues(actor)]);
  if (changed.rows[0]) return { run: changed.rows[0], isNew: true };
  const run = await readRun(sql, runId);
  if (!run) throw unknownRun(runId);
  checkCancelled(run);
  return { run, isNew: false };
}

/** A cancel that changed nothing is fine for a run that is cancelled, or was asked to stop; throws QueueError for others. */
export function checkCancelled({ id, status }: RunRow): void {
  if (status === 'SUCCESS' || status === 'FAILED') throw notAllowed('cancel', id, status);
}

// The row is locked before its state is looked at, so the decision can't race with a claim or a finish.
const CANCEL = `
WITH ${cancelActive({
  target: `SELECT id FROM "JobRun" WHERE id = $1 AND ${CAN_BE_CANCELLED} FOR UPDATE`,
  by: { userId: '$2', name: '$3' },
})}, audited AS (${auditFrom('changed', 'run.cancel', 2)})
${selectRun('changed')}`;
