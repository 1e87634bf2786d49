import type { Sql } from './sql.js';

/** An hour in which more runs failed than have a cause here, and how many more. */
export interface UnreadHour {
  hour: Date;
  missing: number;
}

/** A failed run without a cause, with the fields that determine it. */
export interface FailedRun {
  runId: string;
  jobName: string;
  /** Its beginning. */
  error: string;
  /** The beginning of the stack. */
  stack: string;
  finishedAt: Date;
  version: string | null;
}

/** A failed run with its cause. */
export interface FailureWithCause extends Omit<FailedRun, 'stack'> {
  fingerprint: string;
  cause: string;
  frame: string | null;
}

/**
 * The hours since a moment whose failures are not all known here, the latest first, at most 100; null for all hours there are.
 * Compares counters that the statements which end and remove runs keep exact, so no failure is missed, whenever it was committed.
 */
export async function readUnreadHours(sql: Sql, since: Date | null): Promise<UnreadHour[]> {
  const { rows } = await sql.query<UnreadHour>(UNREAD, [since]);
  return rows;
}

/**
 * The hours since one in which some failures have no cause, as rows of `hour` and `missing`: searched in the days that
 * lack any.
 */
export const unreadHours = (since: string): string => `
SELECT f.hour, (f.runs - coalesce(k.runs, 0))::int AS missing FROM (
  SELECT day FROM (
    SELECT day, sum(runs::float8) AS runs FROM "JobRunDayCount" WHERE status = 'FAILED' AND day >= date_trunc('day', ${since}, 'UTC') GROUP BY 1
  ) failed WHERE runs > (SELECT coalesce(sum(runs::float8), 0) FROM "RunErrorCount" WHERE fingerprint = '' AND hour >= day AND hour < day + interval '1 day')
) lacking CROSS JOIN LATERAL (
  SELECT hour, sum(runs::float8) AS runs FROM "JobRunCount"
  WHERE status = 'FAILED' AND hour >= greatest(day, ${since}) AND hour < day + interval '1 day' GROUP BY 1
) f LEFT JOIN "RunErrorCount" k ON k.fingerprint = '' AND k.hour = f.hour WHERE f.runs > coalesce(k.runs, 0)`;

const UNREAD = `${unreadHours(`coalesce(date_trunc('hour', $1::timestamptz, 'UTC'), '-infinity')`)} ORDER BY 1 DESC LIMIT 100`;

/** The newest failed runs of an hour without a cause, at most `most`: with as many as are missing it reads little more than those. */
export async function readRunsWithoutCause(sql: Sql, hour: Date, most: number): Promise<FailedRun[]> {
  const { rows } = await sql.query<FailedRun>(WITHOUT_CAUSE, [hour, most]);
  return rows;
}

// The search for a cause is a subquery, so that the scan can end as soon as enough are found.
const WITHOUT_CAUSE = `
SELECT id::text AS "runId", "jobName", left(coalesce(error, ''), 1000) AS error, left(coalesce("errorStack", ''), 4000) AS stack,
  "finishedAt", "algorithmVersion" AS version
FROM "JobRun" r
WHERE status = 'FAILED' AND "finishedAt" IS NOT NULL AND "finishedAt" >= $1::timestamptz AND "finishedAt" < $1::timestamptz + interval '1 hour'
  AND (SELECT e."runId" FROM "RunError" e WHERE e."runId" = r.id) IS NULL
ORDER BY "finishedAt" DESC, id DESC LIMIT $2`;

/** Notes the causes of failed runs, as far as the runs are still there. Returns how many had none before. */
export async function addCauses(sql: Sql, failures: FailureWithCause[]): Promise<number> {
  const { rows } = await sql.query<{ added: number }>(ADD, [JSON.stringify(failures)]);
  return rows[0]?.added ?? 0;
}

// The runs stay locked until this is committed: one that is being removed meanwhile would leave its cause behind. Runs and
// causes are locked in one order, so that two such statements never wait for each other in a circle.
const ADD = `
WITH found AS MATERIALIZED (
  SELECT * FROM jsonb_to_recordset($1::jsonb) AS f("runId" bigint, "jobName" text, error text, "finishedAt" timestamptz, version text,
    fingerprint text, cause text, frame text)
), locked AS MATERIALIZED (
  SELECT f.* FROM found f JOIN "JobRun" r ON r.id = f."runId" AND r."finishedAt" = f."finishedAt" AND r.status = 'FAILED'
  ORDER BY f."finishedAt", f."runId" FOR KEY SHARE OF r
), added AS (
  INSERT INTO "RunError" ("runId", fingerprint, "jobName", "finishedAt") SELECT "runId", fingerprint, "jobName", "finishedAt" FROM locked
  ON CONFLICT DO NOTHING RETURNING "runId"
), fresh AS MATERIALIZED (SELECT f.* FROM found f JOIN added USING ("runId")
), oldest AS (SELECT DISTINCT ON (fingerprint) * FROM fresh ORDER BY fingerprint, "finishedAt", "runId"
), newest AS (SELECT DISTINCT ON (fingerprint) * FROM fresh ORDER BY fingerprint, "finishedAt" DESC, "runId" DESC
), grouped AS (
  INSERT INTO "RunErrorGroup" AS g (fingerprint, "jobName", cause, frame, sample, "firstSeenAt", "firstVersion", "lastSeenAt", "lastVersion", "lastRunId")
  SELECT n.fingerprint, n."jobName", n.cause, n.frame, n.error, o."finishedAt", o.version, n."finishedAt", n.version, n."runId"
  FROM newest n JOIN oldest o USING (fingerprint) ORDER BY n.fingerprint
  ON CONFLICT (fingerprint) DO UPDATE SET
    "firstSeenAt" = least(g."firstSeenAt", EXCLUDED."firstSeenAt"),
    "firstVersion" = CASE WHEN EXCLUDED."firstSeenAt" < g."firstSeenAt" THEN EXCLUDED."firstVersion" ELSE g."firstVersion" END,
    "lastSeenAt" = greatest(g."lastSeenAt", EXCLUDED."lastSeenAt"),
    ${['sample', 'lastVersion', 'lastRunId'].map((column) => `"${column}" = CASE WHEN (EXCLUDED."lastSeenAt", EXCLUDED."lastRunId") > (g."lastSeenAt", g."lastRunId") THEN EXCLUDED."${column}" ELSE g."${column}" END`).join(',\n    ')},
    state = CASE WHEN g.state = 'RESOLVED' AND EXCLUDED."lastSeenAt" > g."stateAt" THEN 'OPEN' ELSE g.state END,
    "cameBackAt" = CASE WHEN g.state = 'RESOLVED' AND EXCLUDED."lastSeenAt" > g."stateAt" THEN EXCLUDED."lastSeenAt" ELSE g."cameBackAt" END
)
SELECT count(*)::int AS added FROM added`;

/** Removes a batch of the causes of which no run has failed for 400 days and none is kept. Returns how many. */
export async function removeOldCauses(sql: Sql): Promise<number> {
  const { rowCount } = await sql.query(REMOVE_OLD);
  return rowCount ?? 0;
}

const REMOVE_OLD = `
DELETE FROM "RunErrorGroup" WHERE fingerprint = ANY (ARRAY(
  SELECT fingerprint FROM "RunErrorGroup" g WHERE "lastSeenAt" < (SELECT clock_timestamp() - interval '400 days')
    AND NOT EXISTS (SELECT FROM "RunErrorCount" c WHERE c.fingerprint = g.fingerprint) LIMIT 1000))`;
