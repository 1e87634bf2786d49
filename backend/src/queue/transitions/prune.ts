import type { TerminalStatus } from '@job-manager/shared/run';
import type { Sql } from '../../store/sql.js';

/** At most so many runs in one statement, and about so many messages: a run may have written a hundred thousand. */
const MOST_RUNS = 500;
const MOST_MESSAGES = 50_000;

/** A place in the order in which runs ended. */
export interface Place {
  finishedAt: Date;
  id: string;
}

export interface PruneRequest {
  status: TerminalStatus;
  /** Runs that ended before this place are removed. */
  before: Place;
  /** Where to begin; a batch begins where the one before it ended, so that nothing is passed twice. */
  after: Place;
  /** Why, for the audit log. */
  reason: string;
}

export interface Pruned {
  runs: number;
  /** The last of the removed; null when there were none. */
  last: Place | null;
}

/**
 * Removes one batch of finished runs, the oldest first, with all that was kept of them, and lowers the counters.
 * Runs that another process is removing are passed by.
 */
export async function pruneRuns(sql: Sql, { status, before, after, reason }: PruneRequest): Promise<Pruned> {
  const pruned = await sql.query<{ runs: number; finishedAt: Date | null; id: string | null }>(PRUNE, [
    status,
    before.finishedAt,
    before.id,
    after.finishedAt,
    after.id,
    reason,
  ]);
  const [row] = pruned.rows;
  if (!row) throw new Error('PostgreSQL returned no row for an aggregate');
  const { runs, finishedAt, id } = row;
  return { runs, last: finishedAt === null || id === null ? null : { finishedAt, id } };
}

// The counters are locked before they are looked at, in the order in which ending runs take them: an hour that is
// still being counted must neither be lost nor wait in a circle.
const PRUNE = `
WITH old AS MATERIALIZED (
  SELECT id, "finishedAt", "messageCount" - "droppedMessages" AS messages FROM "JobRun"
  WHERE status = $1::"JobRunStatus" AND "finishedAt" IS NOT NULL
    AND ("finishedAt", id) < ($2::timestamptz, $3::bigint) AND ("finishedAt", id) > ($4::timestamptz, $5::bigint)
  ORDER BY "finishedAt", id LIMIT ${MOST_RUNS} FOR UPDATE SKIP LOCKED
), batch AS MATERIALIZED (
  SELECT id FROM (SELECT id, sum(messages) OVER (ORDER BY "finishedAt", id) - messages AS passed FROM old) placed
  WHERE passed < ${MOST_MESSAGES}
), messages AS (
  DELETE FROM "JobRunMessage" WHERE "runId" IN (SELECT id FROM batch)
), attempts AS (
  DELETE FROM "JobRunAttempt" WHERE "runId" IN (SELECT id FROM batch)
), removed AS (
  DELETE FROM "JobRun" j USING batch WHERE j.id = batch.id RETURNING j.id, j."jobName", j.status, j."finishedAt", j."durationMs"
), less AS MATERIALIZED (
  SELECT date_trunc('hour', "finishedAt", 'UTC') AS hour, "jobName", status, count(*) AS runs, coalesce(sum("durationMs"), 0) AS ms
  FROM removed GROUP BY 1, 2, 3
), counters AS MATERIALIZED (
  SELECT c.hour, c."jobName", c.status, c.runs - less.runs AS runs, c."totalDurationMs" - less.ms AS ms
  FROM "JobRunCount" c JOIN less USING (hour, "jobName", status) ORDER BY c.hour, c."jobName", c.status FOR UPDATE OF c
), emptied AS (
  DELETE FROM "JobRunCount" c USING counters n
  WHERE (c.hour, c."jobName", c.status) = (n.hour, n."jobName", n.status) AND n.runs = 0
), lowered AS (
  UPDATE "JobRunCount" c SET runs = n.runs, "totalDurationMs" = n.ms FROM counters n
  WHERE (c.hour, c."jobName", c.status) = (n.hour, n."jobName", n.status) AND n.runs > 0
), total AS (
  SELECT count(*)::int AS runs, max("finishedAt") AS "finishedAt",
    (SELECT id FROM removed ORDER BY "finishedAt" DESC, id DESC LIMIT 1) AS id FROM removed
), audited AS (
  INSERT INTO "AuditEvent" (action, target, details)
  SELECT 'run.prune', $1::text, jsonb_build_object('status', $1::text, 'runs', runs, 'upTo', "finishedAt", 'reason', $6::text)
  FROM total WHERE runs > 0
)
SELECT * FROM total`;
