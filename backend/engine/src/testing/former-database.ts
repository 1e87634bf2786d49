import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { migrationNames, readMigration } from '../database/migration-files.js';
import { countEnded } from '../queue/transitions/count.js';

/** The schema that these tables of an older version are in. */
export const FORMER_SCHEMA = 'before';
/** The newest migration of the version in which keys of runs were indexes, and runs one table. */
const NEWEST = '20261130050100_saved_views';

/** Makes the tables as that version had them, with so many runs in all states, in tens, and all that belongs to them. */
export async function makeFormerDatabase(url: string, runs: number): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`CREATE SCHEMA ${FORMER_SCHEMA}; SET search_path = ${FORMER_SCHEMA}; ${MIGRATIONS}`);
    for (const name of migrationNames().filter((each) => each <= NEWEST)) {
      const { script, checksum } = readMigration(name);
      await client.query(script);
      await client.query(
        'INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) VALUES ($1, $2, $3, now())',
        [randomUUID(), checksum, name],
      );
    }
    await client.query(fill(runs));
    await client.query(countEnded('"JobRun"'));
    await client.query('ANALYZE');
  } finally {
    await client.end();
  }
}

const MIGRATIONS = `
CREATE TABLE _prisma_migrations (id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL, finished_at TIMESTAMPTZ,
  migration_name VARCHAR(255) NOT NULL, logs TEXT, rolled_back_at TIMESTAMPTZ, started_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  applied_steps_count INTEGER NOT NULL DEFAULT 0)`;

// Without triggers, which would process each of a million rows. Of ten runs five have succeeded, one failed at its
// second attempt, one was cancelled, one runs, one is queued with a key, and one waits for that one.
const fill = (runs: number): string => `
BEGIN;
SET LOCAL session_replication_role = replica;
INSERT INTO "JobRunBatch" (id, name, total, "finishedAt") VALUES (1, 'batch', ${runs / 10}, now());
WITH added AS (
  INSERT INTO "JobRun" (id, "jobName", status, attempt, "claimNo", "startedAt", "finishedAt", "durationMs", "runnerId", "leaseToken",
    "lastHeartbeatAt", "batchId", "scheduleId", "dueAt", "idempotencyKey", "uniqueKey", "uniqueScope", "dependsOn", "waitsFor", "isBlocked",
    "hasDependents", parameters, "correlationId")
  SELECT n, 'job-' || n % 7, status::"JobRunStatus", claims, claims, CASE WHEN claims > 0 THEN at END, CASE WHEN kind < 7 THEN at + interval '5 ms' END,
    CASE WHEN kind < 6 THEN 5 END, CASE WHEN claims > 0 THEN gen_random_uuid() END, CASE WHEN claims > 0 THEN gen_random_uuid() END,
    CASE WHEN claims > 0 THEN at END, CASE kind WHEN 0 THEN 1 END, CASE kind WHEN 1 THEN '00000000-0000-4000-8000-000000000001'::uuid END,
    CASE kind WHEN 1 THEN at END, CASE kind WHEN 2 THEN 'i' || n END, CASE WHEN kind IN (3, 8) THEN 'k' || n END,
    CASE kind WHEN 3 THEN 'BEHIND' WHEN 8 THEN 'RUNNING' END::"UniqueScope",
    CASE kind WHEN 9 THEN ARRAY[n - 1] END, CASE kind WHEN 9 THEN 'SUCCEEDED' END::"WaitCondition", kind = 9, kind = 8,
    jsonb_build_object('n', n), CASE kind WHEN 4 THEN 'c' || n END
  FROM generate_series(1, ${runs}::bigint) n CROSS JOIN LATERAL (SELECT n % 10 AS kind, date_trunc('milliseconds', now()) - interval '1 day' + n * interval '10 ms' AS at) k
  CROSS JOIN LATERAL (SELECT (ARRAY['SUCCESS', 'SUCCESS', 'SUCCESS', 'SUCCESS', 'SUCCESS', 'FAILED', 'CANCELLED', 'RUNNING', 'QUEUED', 'QUEUED'])[kind + 1] AS status,
    CASE WHEN kind = 5 THEN 2 WHEN kind < 5 OR kind = 7 THEN 1 ELSE 0 END AS claims) s
  RETURNING *
)
INSERT INTO "JobRunAttempt" ("runId", "claimNo", attempt, outcome, "startedAt", "endedAt", "durationMs")
SELECT id, 1, 1, 'FAILED', "startedAt" - interval '2 ms', "startedAt" - interval '1 ms', 1 FROM added WHERE "claimNo" = 2;
SELECT setval('"JobRun_id_seq"', ${runs});
COMMIT;
`;

/** A sum over all runs, whatever the order of their columns, without the column that they got since. */
export const RUNS_FINGERPRINT = `SELECT md5(string_agg(md5((to_jsonb(r) - 'traceparent')::text), '' ORDER BY id)) AS runs FROM "JobRun" r`;

/** Keys that runs should have and don't, and such as they have and shouldn't, once keys are rows. */
export const WRONG_KEYS = `
WITH wanted AS (
  SELECT 'IDEMPOTENCY' AS scope, '' AS "jobName", "idempotencyKey" AS key, id FROM "JobRun" WHERE "idempotencyKey" IS NOT NULL
  UNION ALL SELECT 'DUE', '', job_manager_due_key("scheduleId", "dueAt"), id FROM "JobRun" WHERE "scheduleId" IS NOT NULL
  UNION ALL SELECT 'RUNNING', "jobName", "uniqueKey", id FROM "JobRun" WHERE "uniqueScope" = 'RUNNING' AND "finishedAt" IS NULL
), held AS (SELECT scope::text, "jobName", key, "runId" AS id FROM "JobRunKey")
SELECT (SELECT count(*)::int FROM wanted) AS wanted,
  (SELECT count(*)::int FROM (TABLE wanted EXCEPT TABLE held) missing) AS missing,
  (SELECT count(*)::int FROM (TABLE held EXCEPT TABLE wanted) surplus) AS surplus`;
