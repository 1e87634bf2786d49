import type { Sql } from '../../store/sql.js';

/**
 * Removes the finished runs of the CTE `batch` (`id`) with all that was kept of them, and lowers the counters: CTEs
 * that follow it. The counters are locked before they are read, in the order in which ending runs take them: an hour that is
 * still being counted must neither be lost nor wait in a circle.
 */
export const removeBatch = `), messages AS (
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
