import { type RunRow, selectRun } from '../../store/run-row.js';
import type { Sql } from '../../store/sql.js';
import { notAllowed, unknownRun } from '../errors.js';
import type { Actor } from '../queue.js';
import { auditFrom, auditValues } from './audit.js';
import { countEnded } from './count.js';
import { countNote, noteFrom } from './note.js';

/**
 * Cancels a QUEUED run at once: its code never starts. Asks a RUNNING one to stop, and notes who asked
 * and when. Asking again changes nothing. Throws QueueError for an unknown run or one that ended otherwise.
 */
export async function cancelRun(sql: Sql, runId: string, actor: Actor): Promise<{ run: RunRow; isNew: boolean }> {
  const changed = await sql.query<RunRow>(CANCEL, [runId, ...auditValues(actor)]);
  if (changed.rows[0]) return { run: changed.rows[0], isNew: true };
  const found = await sql.query<RunRow>(`${selectRun('"JobRun"')} WHERE r.id = $1`, [runId]);
  const run = found.rows[0];
  if (!run) throw unknownRun(runId);
  if (run.status === 'SUCCESS' || run.status === 'FAILED') throw notAllowed('cancel', runId, run.status);
  return { run, isNew: false };
}

// The row is locked before its state is looked at, so the decision can't race with a claim or a finish.
const CANCEL = `
WITH target AS MATERIALIZED (
  SELECT id FROM "JobRun"
  WHERE id = $1 AND (status = 'QUEUED' OR (status = 'RUNNING' AND "cancelRequestedAt" IS NULL)) FOR UPDATE
), changed AS (
  UPDATE "JobRun" j
  SET status = CASE j.status WHEN 'QUEUED' THEN 'CANCELLED' ELSE j.status END,
      "finishedAt" = CASE j.status WHEN 'QUEUED' THEN clock_timestamp() END,
      "cancelRequestedAt" = clock_timestamp(), "cancelRequestedById" = $2, rev = j.rev + 1,
      ${countNote('INFO')}
  FROM target WHERE j.id = target.id AND j.status IN ('QUEUED', 'RUNNING')
  RETURNING j.*
), counted AS (${countEnded('changed')}
), audited AS (${auditFrom('changed', 'run.cancel', 2)}
), noted AS (${noteFrom('changed', 'INFO', `CASE status WHEN 'CANCELLED' THEN 'Cancelled while queued, by ' ELSE 'Cancel requested by ' END || coalesce($3::text, 'the system')`)})
${selectRun('changed')}`;
