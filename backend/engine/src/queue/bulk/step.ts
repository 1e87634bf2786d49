import type { Notifier } from '../../store/notifier.js';
import type { Sql } from '../../store/sql.js';
import type { Registry } from '../registry.js';
import { cancelChosen } from '../transitions/cancel.js';
import { rescheduleRuns } from '../transitions/reschedule.js';
import { isForWaiting } from './bulk.js';
import { forceFailRuns } from './force-fail-runs.js';
import type { Step, StepOutcome } from './outcome.js';
import { rerunRuns } from './rerun-runs.js';

/** Runs dealt with in one transaction. */
export const STEP_RUNS = 500;

/**
 * Deals with the next runs of the operation that has the fewest left and that no other process is at: changes them and
 * moves the operation on, in the caller's transaction. Null where there is none. A process that ends before the commit
 * has changed nothing, and its lock ends with its connection: the next process begins with the same runs.
 */
export async function dealWithNext(
  sql: Sql,
  { registry, onTaken }: { registry: Registry; onTaken: (operationId: string) => void },
): Promise<StepOutcome | null> {
  const { rows } = await sql.query<Omit<Step, 'jobName'>>(NEXT);
  const [row] = rows;
  if (!row) return null;
  onTaken(row.id);
  const step: Step = { ...row, jobName: row.request.filter?.jobName };
  const outcome = await actOn(sql, step, registry);
  const skipped = Object.values(outcome.problems).reduce((sum, runs) => sum + runs, 0);
  await sql.query(ADVANCE, [
    step.id,
    step.runIds.length,
    outcome.done,
    skipped,
    JSON.stringify(outcome.problems),
    outcome.batchId ?? null,
  ]);
  return outcome;
}

async function actOn(sql: Sql, step: Step, registry: Registry): Promise<StepOutcome> {
  const { action, request, actor, runIds } = step;
  if (action === 'rerun') return rerunRuns(sql, step, registry);
  if (action === 'forceFail') return forceFailRuns(sql, step);
  if (action === 'reschedule') {
    const runAt = request.priority === undefined ? null : undefined;
    const { found } = await rescheduleRuns(sql, runIds, { runAt, priority: request.priority }, actor);
    const announce = (notifier: Notifier) => notifier.queued();
    return { done: found, problems: counted('started or ended meanwhile', runIds.length - found), announce };
  }
  const isPurge = action === 'purge';
  const why = isPurge ? `all that waited in channel ${request.filter?.channel}` : 'with others';
  const reason = request.reason === undefined ? why : `${why}: ${request.reason}`;
  const { cancelled, requested } = await cancelChosen(
    sql,
    { runIds, isForWaiting: isForWaiting(request), reason },
    actor,
  );
  const announce = (notifier: Notifier) => {
    for (const id of requested) notifier.cancelRequested(id);
    notifier.changed();
  };
  const done = cancelled + requested.length;
  const changed = isForWaiting(request) ? 'started or ended meanwhile' : 'ended or requested to stop meanwhile';
  return { done, problems: counted(changed, runIds.length - done), announce };
}

const counted = (reason: string, runs: number): Record<string, number> => (runs > 0 ? { [reason]: runs } : {});

const NEXT = `
SELECT id, action, request, actor, total, "batchId", "runIds"[position + 1 : position + ${STEP_RUNS}] AS "runIds"
FROM "BulkOperation" WHERE state = 'RUNNING' ORDER BY total - position, id LIMIT 1 FOR UPDATE SKIP LOCKED`;

const ADVANCE = `
WITH moved AS (
  UPDATE "BulkOperation" o SET position = position + $2::int, done = done + $3::int, skipped = skipped + $4::int,
    problems = o.problems || coalesce((SELECT jsonb_object_agg(key, value::int + coalesce((o.problems ->> key)::int, 0)) FROM jsonb_each_text($5::jsonb)), '{}'),
    "batchId" = coalesce($6::bigint, "batchId"),
    state = CASE WHEN position + $2::int >= total THEN 'DONE' ELSE state END,
    "finishedAt" = CASE WHEN position + $2::int >= total THEN clock_timestamp() END,
    "runIds" = CASE WHEN position + $2::int >= total THEN '{}' ELSE "runIds" END
  WHERE id = $1::bigint RETURNING *
)
INSERT INTO "AuditEvent" ("actorId", "actorEmail", action, target, ip, "userAgent", "tokenId", details)
SELECT (actor ->> 'userId')::int, "createdBy", 'bulk.end', action || ' #' || id, actor ->> 'ip', left(actor ->> 'userAgent', 300), (actor ->> 'tokenId')::uuid,
  jsonb_strip_nulls(jsonb_build_object('operationId', id::text, 'runs', total, 'done', done, 'skipped', skipped, 'batchId', "batchId"::text))
FROM moved WHERE state = 'DONE'`;
