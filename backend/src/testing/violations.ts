import type { Sql } from '../store/sql.js';

/** The rules of the engine that a query can see and that hold whatever happened: those that are broken, and how often. */
export async function readViolations(sql: Sql): Promise<Record<string, number>> {
  const found = await sql.query<{ rule: string; count: number }>(VIOLATIONS);
  return Object.fromEntries(found.rows.filter((row) => row.count > 0).map((row) => [row.rule, row.count]));
}

const VIOLATIONS = `
SELECT 'terminal runs have an end' AS rule, count(*)::int AS count FROM "JobRun"
  WHERE (status IN ('SUCCESS', 'FAILED', 'CANCELLED')) <> ("finishedAt" IS NOT NULL)
UNION ALL SELECT 'running runs have a lease', count(*)::int FROM "JobRun" WHERE status = 'RUNNING' AND "leaseToken" IS NULL
UNION ALL SELECT 'attempts never exceed claims', count(*)::int FROM "JobRun" WHERE attempt > "claimNo"
UNION ALL SELECT 'attempts never exceed their limit', count(*)::int FROM "JobRun" WHERE attempt > "maxAttempts"
UNION ALL SELECT 'a cancelled request never runs again', count(*)::int FROM "JobRun" WHERE status = 'QUEUED' AND "cancelRequestedAt" IS NOT NULL
UNION ALL SELECT 'every claim is the run itself or kept as an earlier attempt', count(*)::int FROM "JobRun" r
  WHERE "claimNo" <> (SELECT count(*) FROM "JobRunAttempt" a WHERE a."runId" = r.id)
    + (CASE WHEN "startedAt" IS NOT NULL AND status <> 'QUEUED' THEN 1 ELSE 0 END)
UNION ALL SELECT 'kept and dropped messages make up the count', count(*)::int FROM "JobRun" r
  WHERE "messageCount" <> "droppedMessages" + (SELECT count(*) FROM "JobRunMessage" m WHERE m."runId" = r.id)
UNION ALL SELECT 'no message is numbered beyond the count', count(*)::int
  FROM "JobRunMessage" m LEFT JOIN "JobRun" r ON r.id = m."runId" WHERE r.id IS NULL OR m.seq NOT BETWEEN 1 AND r."messageCount"
UNION ALL SELECT 'warnings and errors are counted', count(*)::int FROM "JobRun" r CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE level = 'WARN') AS warnings, count(*) FILTER (WHERE level = 'ERROR') AS errors
    FROM "JobRunMessage" m WHERE m."runId" = r.id
  ) kept WHERE "droppedMessages" = 0 AND ("warningCount" <> warnings OR "errorCount" <> errors)
UNION ALL SELECT 'counters equal the rows', count(*)::int FROM "JobRunCount" c FULL JOIN (
    SELECT date_trunc('hour', "finishedAt", 'UTC') AS hour, "jobName", status, count(*) AS runs, coalesce(sum("durationMs"), 0) AS "totalDurationMs"
    FROM "JobRun" WHERE "finishedAt" IS NOT NULL GROUP BY 1, 2, 3
  ) r USING (hour, "jobName", status) WHERE (c.runs, c."totalDurationMs") IS DISTINCT FROM (r.runs, r."totalDurationMs")`;
