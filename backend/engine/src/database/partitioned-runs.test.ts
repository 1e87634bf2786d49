import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { claimDueRuns } from '../queue/transitions/claim.js';
import { countEnded } from '../queue/transitions/count.js';
import { finishRuns } from '../queue/transitions/finish.js';
import { readViolations } from '../store/violations.js';
import { createTestDatabase, type TestDatabase } from '../testing/database.js';
import { outcomeOf } from '../testing/graph.js';
import { isFull, size } from '../testing/size.js';
import { createPool } from './client.js';
import { migrate } from './migrate.js';
import { migrationNames, readMigration } from './migration-files.js';
import { withSchema } from './schema.js';

const RUNS = size(1_000, 1_000_000);
/** For as long as that all runs wait. */
const MAX_STANDSTILL_MS = 10_000;

let database: TestDatabase;
let old: pg.Pool;
let url: string;
beforeAll(async () => {
  database = await createTestDatabase();
  url = withSchema(database.url, 'before');
  await migrateTo('_run_keys');
  old = createPool(url);
});
afterAll(async () => {
  await old.end();
  await database.drop();
});

/** A schema as it was after that migration. */
async function migrateTo(last: string): Promise<void> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query(`CREATE SCHEMA before; SET search_path = before;
    CREATE TABLE _prisma_migrations (id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL, finished_at TIMESTAMPTZ,
      migration_name VARCHAR(255) NOT NULL, logs TEXT, rolled_back_at TIMESTAMPTZ, started_at TIMESTAMPTZ NOT NULL DEFAULT now(),
      applied_steps_count INTEGER NOT NULL DEFAULT 0)`);
  const names = migrationNames();
  for (const name of names.slice(0, names.findIndex((each) => each.endsWith(last)) + 1)) {
    const { script, checksum } = readMigration(name);
    await client.query(script);
    await client.query(
      'INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) VALUES ($1, $2, $3, now())',
      [randomUUID(), checksum, name],
    );
  }
  await client.end();
}

// Without triggers, which would look at each of a million rows. Of ten runs five have succeeded, one failed at its second attempt, one was cancelled, one runs, one is queued with a key,
// and one waits for that one.
const FILL = `
WITH added AS (
  INSERT INTO before."JobRun" (id, "jobName", status, attempt, "claimNo", "startedAt", "finishedAt", "durationMs", "runnerId", "leaseToken",
    "lastHeartbeatAt", "batchId", "scheduleId", "dueAt", "idempotencyKey", "uniqueKey", "uniqueScope", "dependsOn", "waitsFor", "isBlocked",
    "hasDependents", parameters, "correlationId")
  SELECT n, 'job-' || n % 7, status::before."JobRunStatus", claims, claims, CASE WHEN claims > 0 THEN at END, CASE WHEN kind < 7 THEN at + interval '5 ms' END,
    CASE WHEN kind < 6 THEN 5 END, CASE WHEN claims > 0 THEN gen_random_uuid() END, CASE WHEN claims > 0 THEN gen_random_uuid() END,
    CASE WHEN claims > 0 THEN at END, CASE kind WHEN 0 THEN 1 END, CASE kind WHEN 1 THEN '00000000-0000-4000-8000-000000000001'::uuid END,
    CASE kind WHEN 1 THEN at END, CASE kind WHEN 2 THEN 'i' || n END, CASE WHEN kind IN (3, 8) THEN 'k' || n END,
    CASE kind WHEN 3 THEN 'BEHIND' WHEN 8 THEN 'RUNNING' END::before."UniqueScope",
    CASE kind WHEN 9 THEN ARRAY[n - 1] END, CASE kind WHEN 9 THEN 'SUCCEEDED' END::before."WaitCondition", kind = 9, kind = 8,
    jsonb_build_object('n', n), CASE kind WHEN 4 THEN 'c' || n END
  FROM generate_series(1, ${RUNS}::bigint) n CROSS JOIN LATERAL (SELECT n % 10 AS kind, date_trunc('milliseconds', now()) - interval '1 day' + n * interval '10 ms' AS at) k
  CROSS JOIN LATERAL (SELECT (ARRAY['SUCCESS', 'SUCCESS', 'SUCCESS', 'SUCCESS', 'SUCCESS', 'FAILED', 'CANCELLED', 'RUNNING', 'QUEUED', 'QUEUED'])[kind + 1] AS status,
    CASE WHEN kind = 5 THEN 2 WHEN kind < 5 OR kind = 7 THEN 1 ELSE 0 END AS claims) s
  RETURNING *
)
INSERT INTO before."JobRunAttempt" ("runId", "claimNo", attempt, outcome, "startedAt", "endedAt", "durationMs")
SELECT id, 1, 1, 'FAILED', "startedAt" - interval '2 ms', "startedAt" - interval '1 ms', 1 FROM added WHERE "claimNo" = 2`;
const KEYS = `
INSERT INTO before."JobRunKey" (scope, "jobName", key, "runId")
SELECT 'IDEMPOTENCY'::before."JobRunKeyScope", '', "idempotencyKey", id FROM before."JobRun" WHERE "idempotencyKey" IS NOT NULL
UNION ALL SELECT 'DUE', '', before.job_manager_due_key("scheduleId", "dueAt"), id FROM before."JobRun" WHERE "scheduleId" IS NOT NULL
UNION ALL SELECT 'RUNNING', "jobName", "uniqueKey", id FROM before."JobRun" WHERE "uniqueScope" = 'RUNNING'`;

/** All runs, whatever the order of their columns, and all keys. */
// Without the column that runs got since.
const FINGERPRINT = `
SELECT (SELECT md5(string_agg(md5((to_jsonb(r) - 'traceparent')::text), '' ORDER BY id)) FROM "JobRun" r) AS runs,
  (SELECT md5(string_agg(md5(to_jsonb(k)::text), '' ORDER BY scope, "jobName", key)) FROM "JobRunKey" k) AS keys`;

it(
  'a database of before gets its partitions in place, also where that was broken off once, and goes on',
  async () => {
    await old.query(
      `INSERT INTO "JobRunBatch" (id, name, total, "finishedAt") VALUES (1, 'batch', ${RUNS / 10}, now())`,
    );
    await old.query(`BEGIN; SET LOCAL session_replication_role = replica; ${FILL}; ${KEYS}; COMMIT; ANALYZE`);
    await old.query(`SELECT setval('"JobRun_id_seq"', ${RUNS})`);
    await old.query(countEnded('"JobRun"'));
    const [before] = (await old.query(FINGERPRINT)).rows;

    const reader = await old.connect();
    await reader.query('BEGIN; SELECT FROM "JobRun" LIMIT 1');
    const broken = migrate(url).catch((error: Error) => error);
    await vi.waitFor(async () => {
      const ended = await database.pool.query(
        `SELECT pg_terminate_backend(l.pid) FROM pg_locks l JOIN pg_stat_activity a USING (pid)
       WHERE NOT l.granted AND l.locktype = 'relation' AND a.datname = current_database()`,
      );
      expect(ended.rowCount).toBe(1);
    });
    expect(await broken).toBeInstanceOf(Error);
    await reader.query('COMMIT');
    reader.release();
    expect((await old.query(`SELECT relkind FROM pg_class WHERE oid = '"JobRun"'::regclass`)).rows).toEqual([
      { relkind: 'r' },
    ]);

    const from = performance.now();
    const applied = await migrate(url);
    const tookMs = performance.now() - from;
    expect(applied[0]).toMatch(/_partitioned_runs$/);
    if (isFull) {
      process.stdout.write(`${RUNS} runs were migrated in ${Math.round(tookMs)} ms\n`);
      expect(tookMs).toBeLessThan(MAX_STANDSTILL_MS);
    }
    expect((await old.query(FINGERPRINT)).rows).toEqual([before]);
    const places = await old.query(
      `SELECT tableoid = '"JobRun_active"'::regclass AS "isActive", count(*)::int AS runs FROM "JobRun" GROUP BY 1 ORDER BY 1`,
    );
    expect(places.rows).toEqual([
      { isActive: false, runs: 0.7 * RUNS },
      { isActive: true, runs: 0.3 * RUNS },
    ]);
    await expect(old.query(`UPDATE "JobRun" SET status = 'FAILED' WHERE id = 1`)).rejects.toThrow('it cannot become');

    const [claimed] = await claimDueRuns(old, { runnerId: randomUUID(), jobNames: ['job-1'], most: 1 });
    if (!claimed) throw new Error('There was nothing to claim');
    await finishRuns(old, [outcomeOf(claimed, 'SUCCESS')]);
    const follower = await old.query('SELECT "isBlocked" FROM "JobRun" WHERE "dependsOn" @> ARRAY[$1::bigint]', [
      claimed.id,
    ]);
    expect(follower.rows).toEqual([{ isBlocked: false }]);
    // So they held before as well, for the rows were the same.
    expect(await readViolations(old)).toEqual({});
  },
  size(60_000, 600_000),
);
