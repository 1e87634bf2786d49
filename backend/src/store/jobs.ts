import type { JobSettings } from '@job-manager/client/request';
import type { Sql } from './sql.js';

/**
 * Tells the database what runs of these jobs are like, for programs that queue runs without having the code. What
 * another process said of a job before is replaced.
 */
export async function keepJobs(sql: Sql, jobs: readonly ({ name: string } & JobSettings)[]): Promise<void> {
  await sql.query(
    `INSERT INTO "Job" (name, channel, priority, "algorithmVersion", "maxAttempts", "maxCrashes", "timeoutMs")
     SELECT * FROM json_to_recordset($1::json) AS told(name text, channel text, priority int, "algorithmVersion" text,
       "maxAttempts" int, "maxCrashes" int, "timeoutMs" bigint)
     -- In one order, so that processes which start together never wait for each other in a circle.
     ORDER BY name
     ON CONFLICT (name) DO UPDATE SET channel = EXCLUDED.channel, priority = EXCLUDED.priority,
       "algorithmVersion" = EXCLUDED."algorithmVersion", "maxAttempts" = EXCLUDED."maxAttempts",
       "maxCrashes" = EXCLUDED."maxCrashes", "timeoutMs" = EXCLUDED."timeoutMs", "lastSeenAt" = clock_timestamp()`,
    [JSON.stringify(jobs)],
  );
}
