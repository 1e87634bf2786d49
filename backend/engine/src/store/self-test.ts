import { SELF_TEST_JOB } from '@job-manager/shared/run';
import type { Sql } from './sql.js';

/** How a test batch went so far. */
export interface SelfTestRow {
  total: number;
  ended: number;
  asExpected: number;
  executedAgain: number;
  startP50Ms: number | null;
  startP95Ms: number | null;
  runners: { name: string; runs: number }[];
}

/** Reads how a test batch went so far; null where there is no such batch. */
export async function readSelfTest(sql: Sql, batchId: string): Promise<SelfTestRow | null> {
  const { rows } = await sql.query<SelfTestRow>(RESULT, [batchId, SELF_TEST_JOB]);
  return rows[0] && rows[0].total > 0 ? rows[0] : null;
}

const RESULT = `
WITH run AS MATERIALIZED (
  SELECT status, "claimNo", "queueDelayMs", "runnerId", (parameters ->> 'fails')::boolean AS fails, "finishedAt" IS NOT NULL AS "isEnded"
  FROM "JobRun" WHERE "batchId" = $1::bigint AND "jobName" = $2
)
SELECT count(*)::int AS total, count(*) FILTER (WHERE "isEnded")::int AS ended,
  count(*) FILTER (WHERE status::text = CASE WHEN fails THEN 'FAILED' ELSE 'SUCCESS' END)::int AS "asExpected",
  count(*) FILTER (WHERE "claimNo" > 1)::int AS "executedAgain",
  percentile_disc(0.5) WITHIN GROUP (ORDER BY "queueDelayMs")::float8 AS "startP50Ms",
  percentile_disc(0.95) WITHIN GROUP (ORDER BY "queueDelayMs")::float8 AS "startP95Ms",
  (SELECT coalesce(json_agg(named), '[]') FROM (
     SELECT coalesce(r.host || ':' || r.pid, 'removed') AS name, count(*)::int AS runs FROM run LEFT JOIN "Runner" r ON r.id = run."runnerId"
     WHERE run."runnerId" IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 50) named) AS runners
FROM run`;
