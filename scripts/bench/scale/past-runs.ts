import { countEnded } from '@job-manager/engine/queue/transitions/count';
import type { Sql } from '@job-manager/engine/store/sql';
import { jobs } from '@job-manager/sample/registry';
import type { BenchDatabase } from '../engine-bench.js';

/** A database and how many finished runs it was given. */
export interface History {
  database: BenchDatabase;
  runs: number;
}

/** So far back the runs ended. */
const DAYS = 90;
/** The runner that executed all of them; it has no row. */
export const PAST_RUNNER = '00000000-0000-4000-8000-000000000001';
/** In one statement: short enough to be broken off between two of them. */
const CHUNK = 500_000;

/**
 * Writes finished runs as 90 days leave them, counters included: the job that ran most has four of ten, the one
 * that ran least one of fifty; 92 of 100 ended well, 6 failed, 2 were cancelled. Some have a warning, a second attempt,
 * a scope, another channel or a correlation id that three share. Faster than the product could: without checks of
 * references, and with the indexes created again afterwards. Then vacuums the tables, as autovacuum would in time.
 */
export async function addPastRuns(
  { pool }: Pick<BenchDatabase, 'pool'>,
  runs: number,
  signal: AbortSignal,
): Promise<void> {
  const client = await pool.connect();
  try {
    // Nothing refers to anything here; the triggers would check every row all the same.
    await client.query(
      `SET session_replication_role = replica; SET synchronous_commit = off; SET maintenance_work_mem = '512MB'`,
    );
    const indexes = await dropIndexes(client);
    for (let written = 0; written < runs; written += CHUNK) {
      signal.throwIfAborted();
      await client.query(ADD, [written + 1, Math.min(runs, written + CHUNK), runs, jobs.map(({ name }) => name)]);
    }
    for (const definition of indexes) {
      signal.throwIfAborted();
      await client.query(definition);
    }
    await client.query('SET session_replication_role = origin');
    await client.query(countEnded('"JobRun"'));
    for (const table of ['"JobRun"', '"JobRunCount"', '"JobRunDayCount"'])
      await client.query(`VACUUM (ANALYZE) ${table}`);
    await client.query('CHECKPOINT');
  } finally {
    // Its settings go with it.
    client.release(true);
  }
}

/** Drops the indexes of runs that ended before now but the primary key, and returns how to make them again. */
async function dropIndexes(client: Sql): Promise<string[]> {
  const { rows } = await client.query<{ name: string; definition: string }>(INDEXES);
  for (const { name } of rows) await client.query(`DROP INDEX "${name}"`);
  return rows.map(({ definition }) => definition);
}

const INDEXES = `
SELECT c.relname AS name, pg_get_indexdef(i.indexrelid) AS definition
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = '"JobRun_before"'::regclass AND NOT i.indisprimary`;

// A cube makes few jobs have most of the runs.
const ADD = `
WITH drawn AS (
  SELECT n, random() AS fate, (1 + random() * 20000)::int AS ms,
    date_trunc('milliseconds', clock_timestamp() - interval '1 minute' - ($3::int - n) * (interval '${DAYS} days' / $3::int)) AS ended,
    ($4::text[])[1 + floor(power(random(), 3) * cardinality($4::text[]))::int] AS job
  FROM generate_series($1::int, $2::int) n
)
INSERT INTO "JobRun" ("jobName", channel, "correlationId", scope, "warningCount", status, trigger, "algorithmVersion", parameters,
  metadata, error, "errorStack", "progressPercent", attempt, "claimNo", rev, "runAt", "queuedAt", "startedAt", "finishedAt",
  "lastHeartbeatAt", "durationMs", "queueDelayMs", "runnerId", "leaseToken")
SELECT job, CASE WHEN n % 20 = 0 THEN 'mail' ELSE 'default' END, CASE WHEN n % 100 = 0 THEN 'order-' || n / 300 END,
  CASE WHEN n % 1000 = 0 THEN 'tenant-' || n / 1000 % 100 END, (n % 50 = 0)::int, CASE WHEN fate < 0.92 THEN 'SUCCESS' WHEN fate < 0.98 THEN 'FAILED' ELSE 'CANCELLED' END::"JobRunStatus",
  CASE WHEN n % 10 = 0 THEN 'CRON' ELSE 'API' END::"JobRunTrigger", CASE WHEN n % 4 = 0 THEN '1.1.0' ELSE '1.0.0' END,
  jsonb_build_object('batchSize', 100, 'userId', n % 1000), jsonb_build_object('usersProcessed', n),
  CASE WHEN fate >= 0.92 AND fate < 0.98 THEN 'The candidate ' || n || ' has no profile any more.' END,
  CASE WHEN fate >= 0.92 AND fate < 0.98 THEN repeat('at scoreBatch (backend/sample/src/match-scores.ts:92:7)' || chr(10), 8) END,
  100, 1 + (n % 40 = 0)::int, 1 + (n % 40 = 0)::int, 4, ended - ms * interval '1 ms', ended - ms * interval '1 ms', ended - ms * interval '1 ms', ended, ended, ms, 4,
  '${PAST_RUNNER}', gen_random_uuid()
FROM drawn`;
