import { ENDED_BY_DAY } from './ended.js';
import type { Sql } from './sql.js';

/** How often runs of a job failed within an hour, and in the seven days of UTC before today. Cancelled ones are left out. */
export interface FailureShare {
  jobName: string;
  ended: number;
  failed: number;
  /** 0 to 1; null where none ended. */
  usualRate: number | null;
}

/** Of these jobs: the hour to the millisecond, by the counter of this hour and the runs that ended in the part before it. */
export async function readFailureShares(sql: Sql, jobNames: string[]): Promise<FailureShare[]> {
  if (jobNames.length === 0) return [];
  return (await sql.query<FailureShare>(SHARES, [jobNames])).rows;
}

const sums = (column: string) => `coalesce(sum(${column}::float8) FILTER (WHERE status = 'FAILED'), 0) AS failed,
  coalesce(sum(${column}::float8), 0) AS ended`;
const JOBS = `"jobName" = ANY ($1::text[]) AND status IN ('SUCCESS', 'FAILED')`;

const SHARES = `
WITH span AS MATERIALIZED (
  SELECT now - interval '1 hour' AS since, date_trunc('hour', now, 'UTC') AS whole_from, date_trunc('day', now, 'UTC') AS today
  FROM (SELECT clock_timestamp() AS now) moment
), lately AS (
  SELECT "jobName", ${sums('runs')} FROM (
    SELECT "jobName", status, runs FROM "JobRunCount" WHERE hour >= (SELECT whole_from FROM span) AND hour < 'infinity' AND ${JOBS}
    UNION ALL
    SELECT "jobName", status, 1 FROM "JobRun"
    WHERE ${JOBS} AND "finishedAt" >= (SELECT since FROM span) AND "finishedAt" < (SELECT whole_from FROM span)
  ) counted GROUP BY 1
), usual AS (
  SELECT "jobName", ${sums('runs')} FROM (${ENDED_BY_DAY}) days
  WHERE day >= (SELECT today - interval '7 days' FROM span) AND day < (SELECT today FROM span) AND ${JOBS} GROUP BY 1
)
SELECT "jobName", lately.ended, lately.failed, usual.failed / nullif(usual.ended, 0) AS "usualRate"
FROM lately LEFT JOIN usual USING ("jobName")`;

export interface IgnoredCancelRow {
  jobRunId: string;
  jobName: string;
  cancelRequestedAt: Date;
  requestedBy: string | null;
}

/** Runs that go on so long after they were cancelled, the first first. */
export async function readIgnoredCancels(sql: Sql, afterMs: number): Promise<IgnoredCancelRow[]> {
  const { rows } = await sql.query<IgnoredCancelRow>(
    `SELECT r.id::text AS "jobRunId", r."jobName", r."cancelRequestedAt", u.email AS "requestedBy"
     FROM "JobRun" r LEFT JOIN "User" u ON u.id = r."cancelRequestedById"
     WHERE r.status = 'RUNNING' AND r."finishedAt" IS NULL AND r."cancelRequestedAt" < clock_timestamp() - $1::float8 * interval '1 ms'
     ORDER BY r."cancelRequestedAt", r.id LIMIT 20`,
    [afterMs],
  );
  return rows;
}
