import type { Actor } from '@job-manager/client/actor';
import { auditFrom, auditValues } from '@job-manager/client/audit';
import { countNote, noteFrom } from '@job-manager/client/note';
import { readRun } from '../../store/run.js';
import { type RunRow, selectRun } from '../../store/run-row.js';
import type { Sql } from '../../store/sql.js';
import { notAllowed, QueueError, unknownRun } from '../errors.js';
import { countEnded } from './count.js';

/** Runs that a cancel changes: those that were requested to stop before stay as they are. */
const CAN_BE_CANCELLED = `("finishedAt" IS NULL AND (status = 'QUEUED' OR "cancelRequestedAt" IS NULL))`;

interface CancelActive {
  /** A query of the ids of runs that can be cancelled, their rows locked in order of id. */
  target: string;
  /** SQL expressions: the actor, an id of a person and a name; and what else the message has. */
  by: { userId: string; name: string };
  why?: string;
}

/**
 * Cancels QUEUED runs and requests RUNNING ones to stop, as the CTEs of a statement that leave the runs in `changed`.
 * Runs that wait for them are unblocked by the trigger on the table.
 */
const cancelActive = ({ target, by, why = `''` }: CancelActive): string => `
target AS MATERIALIZED (${target}
), changed AS (
  UPDATE "JobRun" j
  SET status = CASE j.status WHEN 'QUEUED' THEN 'CANCELLED' ELSE j.status END,
      "finishedAt" = CASE j.status WHEN 'QUEUED' THEN clock_timestamp() END, "isBlocked" = false,
      "cancelRequestedAt" = clock_timestamp(), "cancelRequestedById" = ${by.userId}, rev = j.rev + 1,
      ${countNote('INFO')}
  FROM target WHERE j.id = target.id AND j."finishedAt" IS NULL
  RETURNING j.*
), counted AS (${countEnded('changed')}
), noted AS (${noteFrom(
  'changed',
  'INFO',
  `CASE status WHEN 'CANCELLED' THEN 'Cancelled while queued, by ' ELSE 'Cancel requested by ' END
     || coalesce(${by.name}::text, 'the system') || ${why}`,
)})`;

/** The result for many runs, as a query of one row over `changed`. */
const CANCEL_COUNTS = `
  SELECT (SELECT count(*)::int FROM changed WHERE status = 'CANCELLED') AS cancelled,
    ARRAY(SELECT id FROM changed WHERE status = 'RUNNING' ORDER BY id) AS requested`;

/** A row of `CANCEL_COUNTS`. */
interface CancelCounts {
  /** How many were queued and are cancelled now. */
  cancelled: number;
  /** Ids of the running ones that are requested to stop. */
  requested: string[];
}

/**
 * Cancels a QUEUED run at once: its code never starts. Requests a RUNNING one to stop, and notes by whom and when. A
 * second request changes nothing. Throws QueueError for an unknown run or one that ended otherwise.
 */
export async function cancelRun(sql: Sql, runId: string, actor: Actor): Promise<{ run: RunRow; isNew: boolean }> {
  const changed = await sql.query<RunRow>(CANCEL, [runId, ...auditValues(actor)]);
  if (changed.rows[0]) return { run: changed.rows[0], isNew: true };
  const run = await readRun(sql, runId);
  if (!run) throw unknownRun(runId);
  checkCancelled(run);
  return { run, isNew: false };
}

/** A cancel may change nothing for a run that is cancelled, or was requested to stop; throws QueueError for others. */
function checkCancelled({ id, status }: RunRow): void {
  if (status === 'SUCCESS' || status === 'FAILED') throw notAllowed('cancel', id, status);
}

// The row is locked before its state is read, so the decision can't race with a claim or a finish.
const CANCEL = `
WITH ${cancelActive({
  target: `SELECT id FROM "JobRun" WHERE id = $1 AND ${CAN_BE_CANCELLED} FOR UPDATE`,
  by: { userId: '$2', name: '$3' },
})}, audited AS (${auditFrom('changed', 'run.cancel', 2)})
${selectRun('changed')}`;

/**
 * Cancels the QUEUED runs of a batch and requests the RUNNING ones to stop. Changes nothing where all have ended. The
 * callback run of the batch is not changed: it begins, or is cancelled, when the last has ended.
 */
export async function cancelBatch(sql: Sql, batchId: string, actor: Actor): Promise<CancelCounts> {
  const done = await sql.query<CancelCounts>(CANCEL_BATCH, [batchId, ...auditValues(actor)]);
  return done.rows[0] ?? { cancelled: 0, requested: [] };
}

const CANCEL_BATCH = `
WITH ${cancelActive({
  target: `SELECT id FROM "JobRun" WHERE "batchId" = $1 AND ${CAN_BE_CANCELLED} ORDER BY id FOR UPDATE`,
  by: { userId: '$2', name: '$3' },
  why: `', with batch #' || $1`,
})}, outcome AS (${CANCEL_COUNTS}
), audited AS (${auditFrom(
  `(SELECT NULL::bigint AS id, b.id AS "batchId", b.name AS "jobName", outcome.* FROM "JobRunBatch" b, outcome
    WHERE b.id = $1 AND EXISTS (SELECT FROM changed)) batch`,
  'batch.cancel',
  2,
  `jsonb_build_object('batchId', "batchId"::text, 'cancelled', cancelled, 'requested', cardinality(requested))`,
)})
SELECT * FROM outcome`;

/**
 * Cancels the QUEUED ones of the runs that a bulk operation has chosen and requests the RUNNING ones to stop; with
 * `isForWaiting` it changes only those that still wait. The message of each ends with `reason`. Writes nothing into the
 * audit log.
 */
export async function cancelChosen(
  sql: Sql,
  { runIds, isForWaiting, reason }: { runIds: readonly string[]; isForWaiting: boolean; reason: string },
  { userId, email }: Actor,
): Promise<CancelCounts> {
  const done = await sql.query<CancelCounts>(CANCEL_CHOSEN, [runIds, isForWaiting, userId, email, reason]);
  return done.rows[0] ?? { cancelled: 0, requested: [] };
}

const CANCEL_CHOSEN = `
WITH ${cancelActive({
  target: `SELECT id FROM "JobRun" WHERE id = ANY($1::bigint[]) AND ${CAN_BE_CANCELLED} AND (NOT $2::boolean OR status = 'QUEUED') ORDER BY id FOR UPDATE`,
  by: { userId: '$3::int', name: '$4' },
  why: `', ' || $5::text`,
})} ${CANCEL_COUNTS}`;

/** A graph with more unfinished runs than this is cancelled in parts: one statement would hold its locks for long. */
const MAX_RUNS = 20_000;

/**
 * Cancels a run with its graph: the unfinished runs it waits for, those that wait for it, and so on. One entry of the
 * audit log, on the run that was named; each of them has a message. Batches have a cancel of their own. Throws
 * QueueError as `cancelRun` does.
 */
export async function cancelGraph(
  sql: Sql,
  runId: string,
  actor: Actor,
): Promise<CancelCounts & { run: RunRow; isNew: boolean }> {
  const done = await sql.query<CancelCounts & { runs: number }>(CANCEL_GRAPH, [runId, ...auditValues(actor)]);
  const { runs = 0, cancelled = 0, requested = [] } = done.rows[0] ?? {};
  if (runs > MAX_RUNS) throw tooLarge(runId);
  const isNew = cancelled + requested.length > 0;
  const run = await readRun(sql, runId);
  if (!run) throw unknownRun(runId);
  if (!isNew) checkCancelled(run);
  return { run, cancelled, requested, isNew };
}

const tooLarge = (runId: string) =>
  new QueueError(
    'NOT_ALLOWED',
    `More than ${MAX_RUNS} unfinished runs hang together with run #${runId}. Cancel it alone: those that wait for its success go with it.`,
  );

// The trigger handles runs that began to wait for one of these while this statement waited for a lock, as for any other
// run. UNION, not UNION ALL: without the direction of its edges a graph may have cycles.
const CANCEL_GRAPH = `
WITH RECURSIVE graph(id) AS (
  SELECT id FROM "JobRun" WHERE id = $1 AND "finishedAt" IS NULL
  UNION
  SELECT next.id FROM graph CROSS JOIN LATERAL (
    SELECT p.id FROM "JobRun" j JOIN "JobRun" p ON p.id = ANY(j."dependsOn") AND p."finishedAt" IS NULL WHERE j.id = graph.id
    UNION ALL
    SELECT d.id FROM "JobRun" d WHERE d."isBlocked" AND d."finishedAt" IS NULL AND d."dependsOn" @> ARRAY[graph.id]
  ) next
), bounded AS MATERIALIZED (SELECT id FROM graph LIMIT ${MAX_RUNS + 1}
), ${cancelActive({
  target: `SELECT id FROM "JobRun"
    WHERE id = ANY(ARRAY(SELECT id FROM bounded)) AND (SELECT count(*) FROM bounded) <= ${MAX_RUNS} AND ${CAN_BE_CANCELLED} ORDER BY id FOR UPDATE`,
  by: { userId: '$2', name: '$3' },
  why: `CASE id WHEN $1 THEN '' ELSE ', with the graph of run #' || $1 END`,
})}, outcome AS (${CANCEL_COUNTS}
), audited AS (${auditFrom(
  `(SELECT r.id, r."jobName", outcome.* FROM "JobRun" r, outcome WHERE r.id = $1 AND EXISTS (SELECT FROM changed)) graph`,
  'run.cancel',
  2,
  `jsonb_build_object('graph', true, 'cancelled', cancelled, 'requested', cardinality(requested))`,
)})
SELECT (SELECT count(*)::int FROM bounded) AS runs, outcome.* FROM outcome`;
