import type { Actor } from '@job-manager/client/actor';
import { auditFrom, auditValues } from '@job-manager/client/audit';
import { countNote, noteFrom } from '@job-manager/client/note';
import { limits } from '@job-manager/shared/limits';
import { type RunRow, selectRun } from '../../store/run-row.js';
import type { Sql } from '../../store/sql.js';
import { notAllowed, QueueError, unknownRun } from '../errors.js';
import { checkMaxDate } from '../max-date.js';

export interface Reschedule {
  runId: string;
  /** Null for now, and so is a time that has passed; undefined leaves its time as it is. */
  runAt: Date | null | undefined;
  /** Within its channel, lower runs first; undefined leaves it as it is. */
  priority?: number;
}

/**
 * Gives a QUEUED run another time, another priority or both; a run that waits for others goes on waiting for them. One
 * that is due already and is rescheduled to now keeps its place in line: it is returned unchanged, and nothing is
 * noted. Throws QueueError for any other run, and for a time so far away that it must be a mistake.
 */
export async function rescheduleRun(
  sql: Sql,
  { runId, runAt, priority }: Reschedule,
  actor: Actor,
): Promise<{ run: RunRow; isNew: boolean }> {
  if (runAt) checkMaxDate(runAt, 'runAt');
  if (priority !== undefined) checkPriority(priority);
  const values = [[runId], runAt ?? null, runAt === undefined, priority ?? null];
  const changed = await sql.query<RunRow>(RESCHEDULE_ONE, [...values, ...auditValues(actor)]);
  if (changed.rows[0]) return { run: changed.rows[0], isNew: true };
  const found = await sql.query<RunRow>(`${selectRun('"JobRun"')} WHERE r.id = $1`, [runId]);
  const run = found.rows[0];
  if (!run) throw unknownRun(runId);
  if (run.status !== 'QUEUED') throw notAllowed('reschedule', runId, run.status);
  return { run, isNew: false };
}

/** The same for many runs; answers how many of them still wait, whether they were changed or were so already. */
export async function rescheduleRuns(
  sql: Sql,
  runIds: readonly string[],
  { runAt, priority }: Omit<Reschedule, 'runId'>,
  actor: Actor,
): Promise<{ found: number }> {
  const values = [runIds, runAt ?? null, runAt === undefined, priority ?? null, ...auditValues(actor)];
  const { rows } = await sql.query<{ found: number }>(
    `${RESCHEDULE} SELECT count(*)::int AS found FROM queued`,
    values,
  );
  return rows[0] ?? { found: 0 };
}

function checkPriority(priority: number): void {
  if (Number.isInteger(priority) && Math.abs(priority) <= limits.priority) return;
  const message = `must be whole, from -${limits.priority} to ${limits.priority}`;
  throw new QueueError('INVALID_INPUT', `priority ${message}.`, [{ path: 'priority', message }]);
}

/** What has changed, for the audit log. */
const CHANGES = `CASE WHEN "isMoved" THEN jsonb_build_object('from', before, 'to', "runAt") ELSE '{}' END
  || CASE WHEN priority <> "priorityBefore" THEN jsonb_build_object('priorityFrom', "priorityBefore", 'priorityTo', priority) ELSE '{}' END`;

// The row is locked before it is read, so the decision can't race with a claim or a cancel.
const RESCHEDULE = `
WITH moment AS MATERIALIZED (SELECT date_trunc('milliseconds', clock_timestamp()) AS now
), queued AS MATERIALIZED (
  SELECT id, "runAt" AS before, priority AS "priorityBefore" FROM "JobRun" WHERE id = ANY($1::bigint[]) AND status = 'QUEUED' AND "finishedAt" IS NULL ORDER BY id FOR UPDATE
), target AS (
  SELECT *, coalesce($4::smallint, "priorityBefore") AS "priorityAfter",
    CASE WHEN $3::boolean THEN before WHEN $2::timestamptz > now THEN date_trunc('milliseconds', $2::timestamptz) ELSE least(before, now) END AS after FROM queued, moment
), changed AS (
  UPDATE "JobRun" j SET "runAt" = target.after, priority = target."priorityAfter", rev = j.rev + 1, ${countNote('INFO')}
  FROM target WHERE j.id = target.id AND j.status = 'QUEUED' AND j."finishedAt" IS NULL AND (target.after, target."priorityAfter") <> (target.before, target."priorityBefore")
  RETURNING j.*, target.before, target."priorityBefore", target.after <> target.before AS "isMoved", target.after > target.now AS "isLater"
), audited AS (${auditFrom('changed', 'run.reschedule', 5, CHANGES)}
), noted AS (${noteFrom('changed', 'INFO', `${describeChange()} || ', by ' || coalesce($6::text, 'the system')`)})`;
const RESCHEDULE_ONE = `${RESCHEDULE} ${selectRun('changed')}`;

function describeChange(): string {
  const time = `to_char("runAt" AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"')`;
  return `concat_ws('; ', CASE WHEN NOT "isMoved" THEN NULL WHEN "isLater" THEN 'Not before ' || ${time} ELSE 'Due now' END,
    CASE WHEN priority <> "priorityBefore" THEN 'Priority ' || priority || ' instead of ' || "priorityBefore" END)`;
}
