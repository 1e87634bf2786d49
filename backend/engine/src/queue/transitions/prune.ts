import type { TerminalStatus } from '@job-manager/shared/run';
import type { Sql } from '../../store/sql.js';

/**
 * Removes the finished runs of the CTE `batch` (`id`) with all that was kept of them, and lowers the counters: CTEs
 * that follow it. The counters are locked before they are read, in the order in which ending runs take them: an hour that is
 * still being counted must neither be lost nor wait in a circle.
 */
const removeBatch = `), messages AS (
  DELETE FROM "JobRunMessage" WHERE "runId" IN (SELECT id FROM batch)
), attempts AS (
  DELETE FROM "JobRunAttempt" WHERE "runId" IN (SELECT id FROM batch)
), authors AS (
  DELETE FROM "JobRunAuthor" WHERE "runId" IN (SELECT id FROM batch)
), causes AS (
  DELETE FROM "RunError" WHERE "runId" IN (SELECT id FROM batch)
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
  WHERE (c.hour, c."jobName", c.status) = (n.hour, n."jobName", n.status) AND n.runs > 0`;

/**
 * Removes these runs as far as they have ended and no run that waits or runs reads their results, as if there had never
 * been any: charts lose them too. Returns how many. For a few thousand at a time: it is one statement.
 */
export async function removeRuns(sql: Sql, ids: readonly string[]): Promise<number> {
  const { rows } = await sql.query<{ hour: Date; jobName: string; status: string; runs: number }>(REMOVE, [ids]);
  await sql.query(REMOVE_LATE_CAUSES, [ids]);
  await sql.query(FORGET, [JSON.stringify(rows)]);
  await sql.query('DELETE FROM "JobRunRemoved" WHERE runs = 0');
  return rows.reduce((sum, { runs }) => sum + runs, 0);
}

// A cause that was being noted when the removal began, which then waited for it: the statement did not see it yet.
const REMOVE_LATE_CAUSES = `
DELETE FROM "RunError" e WHERE "runId" = ANY($1::bigint[]) AND NOT EXISTS (SELECT FROM "JobRun" r WHERE r.id = e."runId")`;

/** What the trigger noted when the counters were lowered. */
const FORGET = `
UPDATE "JobRunRemoved" r SET runs = r.runs - f.runs FROM (
  SELECT step, date_trunc(step::text, hour, 'UTC') AS at, "jobName", status, sum(runs) AS runs
  FROM jsonb_to_recordset($1::jsonb) AS forgotten(hour timestamptz, "jobName" text, status "JobRunStatus", runs bigint),
    unnest('{HOUR,DAY}'::"FigureStep"[]) step GROUP BY 1, 2, 3, 4
) f WHERE (r.step, r.at, r."jobName", r.status) = (f.step, f.at, f."jobName", f.status)`;

const REMOVE = `
WITH needed AS MATERIALIZED (
  SELECT unnest(d."dependsOn") AS id FROM "JobRun" d
  WHERE d."dependsOn" && $1::bigint[] AND d."finishedAt" IS NULL
), batch AS MATERIALIZED (
  SELECT id FROM "JobRun" j
  WHERE id = ANY ($1::bigint[]) AND "finishedAt" IS NOT NULL AND id NOT IN (SELECT id FROM needed) ORDER BY id FOR UPDATE OF j
${removeBatch}
)
SELECT hour, "jobName", status, runs::int FROM less`;

/** At most so many runs in one statement, and about so many messages: a run may have written a hundred thousand. */
const MAX_RUNS = 500;
const MAX_MESSAGES = 50_000;

/** A place in the order in which runs ended. */
export interface Place {
  finishedAt: Date;
  id: string;
}

interface PruneRequest {
  status: TerminalStatus;
  /** Null for all jobs but those of which operators have set how long their runs are kept. */
  jobName: string | null;
  /** Runs that ended before this place are removed. */
  before: Place;
  /** Where to begin; a batch begins where the one before it ended, so that nothing is passed twice. */
  after: Place;
  /** Why, for the audit log. */
  reason: string;
}

interface Pruned {
  runs: number;
  /** The last run that was read; null when there were none. */
  last: Place | null;
}

/**
 * Removes one batch of finished runs, the oldest first, with all that was stored of them, and lowers the counters.
 * Leaves those still needed: runs that hold a key, whose batch is open or waits for its callback, or whose results
 * another run has yet to read. Skips runs that another process is removing.
 */
export async function pruneRuns(sql: Sql, { status, jobName, before, after, reason }: PruneRequest): Promise<Pruned> {
  const values = [status, before.finishedAt, before.id, after.finishedAt, after.id, reason];
  const pruned = await sql.query<{ runs: number; finishedAt: Date | null; id: string | null }>(
    jobName === null ? PRUNE : PRUNE_OF_JOB,
    jobName === null ? values : [...values, jobName],
  );
  const [row] = pruned.rows;
  if (!row) throw new Error('PostgreSQL returned no row for an aggregate');
  const { runs, finishedAt, id } = row;
  return { runs, last: finishedAt === null || id === null ? null : { finishedAt, id } };
}

/** An idempotency key is kept for so long after the end of its run, whatever the retention settings. */
const KEY_KEPT = `interval '24 hours'`;

const IS_KEY_FREE = `("uniqueUntil" IS NULL OR "uniqueUntil" <= (SELECT at FROM moment))
    AND ("idempotencyKey" IS NULL OR "finishedAt" <= (SELECT at FROM moment) - ${KEY_KEPT})`;

const IS_BATCH_OVER = `("batchId" IS NULL OR NOT EXISTS (
      SELECT FROM "JobRunBatch" b LEFT JOIN "JobRun" c ON c.id = b."callbackRunId"
      WHERE b.id = j."batchId" AND (b."finishedAt" IS NULL OR c.status IN ('QUEUED', 'RUNNING'))))`;

const prune = (ofJob: string): string => `
WITH moment AS MATERIALIZED (SELECT clock_timestamp() AS at
), old AS MATERIALIZED (
  SELECT id, "finishedAt", "messageCount" - "droppedMessages" AS messages FROM "JobRun" j
  WHERE status = $1::"JobRunStatus" AND "finishedAt" IS NOT NULL
    AND ("finishedAt", id) < ($2::timestamptz, $3::bigint) AND ("finishedAt", id) > ($4::timestamptz, $5::bigint)${ofJob}
    AND ${IS_KEY_FREE}
    AND ${IS_BATCH_OVER}
  ORDER BY "finishedAt", id LIMIT ${MAX_RUNS} FOR UPDATE OF j SKIP LOCKED
), examined AS MATERIALIZED (
  SELECT id, "finishedAt" FROM (SELECT *, sum(messages) OVER (ORDER BY "finishedAt", id) - messages AS passed FROM old) summed
  WHERE passed < ${MAX_MESSAGES}
), needed AS MATERIALIZED (
  -- Needed by runs that wait or have not ended: they read the results when they run.
  SELECT unnest(d."dependsOn") AS id FROM "JobRun" d
  WHERE d."dependsOn" && ARRAY(SELECT id FROM examined) AND d."finishedAt" IS NULL
), batch AS MATERIALIZED (SELECT id FROM examined WHERE id NOT IN (SELECT id FROM needed)
${removeBatch}
), total AS (
  SELECT count(*)::int AS runs, max("finishedAt") AS "upTo", range_agg(int8range(id, id, '[]')) AS ids FROM removed
), audited AS (
  INSERT INTO "AuditEvent" (action, target, details)
  SELECT 'run.prune', $1::text, jsonb_build_object('status', $1::text, 'runs', runs, 'upTo', "upTo", 'reason', $6::text,
    'ids', ids::text)
  FROM total WHERE runs > 0
)
SELECT total.runs, last."finishedAt", last.id FROM total
LEFT JOIN (SELECT * FROM examined ORDER BY "finishedAt" DESC, id DESC LIMIT 1) last ON true`;

const PRUNE = prune(` AND "jobName" <> ALL(ARRAY(SELECT "jobName" FROM "JobSettings" WHERE "keepDays" IS NOT NULL))`);
const PRUNE_OF_JOB = prune(' AND "jobName" = $7');
