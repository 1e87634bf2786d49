import type { Actor } from '@job-manager/client/actor';
import { auditFrom, auditValues } from '@job-manager/client/audit';
import { readRun } from '../../store/run.js';
import type { RunRow } from '../../store/run-row.js';
import type { Sql } from '../../store/sql.js';
import { QueueError, unknownRun } from '../errors.js';
import { checkCancelled } from './cancel.js';
import { CAN_BE_CANCELLED, CANCELLED_AND_ASKED, type CancelledAndAsked, cancelActive } from './cancel-active.js';

/** A graph with more unfinished runs than this is cancelled in parts: one statement would hold its locks for long. */
const MOST_RUNS = 20_000;

/**
 * Cancels a run with all that hang together with it: the unfinished runs it waits for, those that wait for it, and so
 * on. One entry of the audit log, on the run that was named; each of them has a message. Batches have a cancel of
 * their own. Throws QueueError as `cancelRun` does.
 */
export async function cancelGraph(
  sql: Sql,
  runId: string,
  actor: Actor,
): Promise<CancelledAndAsked & { run: RunRow; isNew: boolean }> {
  const done = await sql.query<CancelledAndAsked & { runs: number }>(CANCEL_GRAPH, [runId, ...auditValues(actor)]);
  const { runs = 0, cancelled = 0, asked = [] } = done.rows[0] ?? {};
  if (runs > MOST_RUNS) throw tooLarge(runId);
  const isNew = cancelled + asked.length > 0;
  const run = await readRun(sql, runId);
  if (!run) throw unknownRun(runId);
  if (!isNew) checkCancelled(run);
  return { run, cancelled, asked, isNew };
}

const tooLarge = (runId: string) =>
  new QueueError(
    'NOT_ALLOWED',
    `More than ${MOST_RUNS} unfinished runs hang together with run #${runId}. Cancel it alone: those that wait for its success go with it.`,
  );

// Runs that came to wait for one of these while this statement waited for a lock are told by the trigger that it was
// cancelled, like those of any other run. UNION, not UNION ALL: a graph may have circles when the direction of its
// arrows is forgotten.
const CANCEL_GRAPH = `
WITH RECURSIVE graph(id) AS (
  SELECT id FROM "JobRun" WHERE id = $1 AND "finishedAt" IS NULL
  UNION
  SELECT next.id FROM graph CROSS JOIN LATERAL (
    SELECT p.id FROM "JobRun" j JOIN "JobRun" p ON p.id = ANY(j."dependsOn") AND p."finishedAt" IS NULL WHERE j.id = graph.id
    UNION ALL
    SELECT d.id FROM "JobRun" d WHERE d."isBlocked" AND d."finishedAt" IS NULL AND d."dependsOn" @> ARRAY[graph.id]
  ) next
), bounded AS MATERIALIZED (SELECT id FROM graph LIMIT ${MOST_RUNS + 1}
), ${cancelActive({
  target: `SELECT id FROM "JobRun"
    WHERE id = ANY(ARRAY(SELECT id FROM bounded)) AND (SELECT count(*) FROM bounded) <= ${MOST_RUNS} AND ${CAN_BE_CANCELLED} ORDER BY id FOR UPDATE`,
  by: { userId: '$2', name: '$3' },
  why: `CASE id WHEN $1 THEN '' ELSE ', with the graph of run #' || $1 END`,
})}, outcome AS (${CANCELLED_AND_ASKED}
), audited AS (${auditFrom(
  `(SELECT r.id, r."jobName", outcome.* FROM "JobRun" r, outcome WHERE r.id = $1 AND EXISTS (SELECT FROM changed)) graph`,
  'run.cancel',
  2,
  `jsonb_build_object('graph', true, 'cancelled', cancelled, 'asked', cardinality(asked))`,
)})
SELECT (SELECT count(*)::int FROM bounded) AS runs, outcome.* FROM outcome`;
