import { type RunRow, selectRun } from '../../store/run-row.js';
import type { Sql } from '../../store/sql.js';
import { notAllowed, unknownRun } from '../errors.js';
import { checkNotTooFar } from '../far-time.js';
import type { Actor } from '../queue.js';
import { auditFrom, auditValues } from './audit.js';
import { countNote, noteFrom } from './note.js';

export interface Reschedule {
  runId: string;
  /** Null for now, and so is a time that has passed. */
  runAt: Date | null;
}

/**
 * Gives a QUEUED run another time; a run that waits for others goes on waiting for them. One that is due already
 * and is wanted now keeps its place in line: it is returned unchanged, and nothing is noted. Throws QueueError for
 * any other run, and for a time so far away that it must be a mistake.
 */
export async function rescheduleRun(
  sql: Sql,
  { runId, runAt }: Reschedule,
  actor: Actor,
): Promise<{ run: RunRow; isNew: boolean }> {
  if (runAt !== null) checkNotTooFar(runAt, 'runAt');
  const changed = await sql.query<RunRow>(RESCHEDULE, [runId, runAt, ...auditValues(actor)]);
  if (changed.rows[0]) return { run: changed.rows[0], isNew: true };
  const found = await sql.query<RunRow>(`${selectRun('"JobRun"')} WHERE r.id = $1`, [runId]);
  const run = found.rows[0];
  if (!run) throw unknownRun(runId);
  if (run.status !== 'QUEUED') throw notAllowed('reschedule', runId, run.status);
  return { run, isNew: false };
}

// The row is locked before it is looked at, so the decision can't race with a claim or a cancel.
const RESCHEDULE = `
WITH moment AS MATERIALIZED (SELECT date_trunc('milliseconds', clock_timestamp()) AS now
), queued AS MATERIALIZED (
  SELECT id, "runAt" AS before FROM "JobRun" WHERE id = $1 AND status = 'QUEUED' FOR UPDATE
), target AS (
  SELECT *, CASE WHEN $2::timestamptz > now THEN date_trunc('milliseconds', $2::timestamptz) ELSE least(before, now) END AS after FROM queued, moment
), changed AS (
  UPDATE "JobRun" j SET "runAt" = target.after, rev = j.rev + 1, ${countNote('INFO')}
  FROM target WHERE j.id = target.id AND j.status = 'QUEUED' AND target.after <> target.before
  RETURNING j.*, target.before, target.after > target.now AS "isLater"
), audited AS (${auditFrom('changed', 'run.reschedule', 3, `jsonb_build_object('from', before, 'to', "runAt")`)}
), noted AS (${noteFrom('changed', 'INFO', `${told()} || ', by ' || coalesce($4::text, 'the system')`)})
${selectRun('changed')}`;

function told(): string {
  const time = `to_char("runAt" AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"')`;
  return `CASE WHEN "isLater" THEN 'Not before ' || ${time} ELSE 'Due now' END`;
}
