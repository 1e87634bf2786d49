import { countEnded } from '@job-manager/engine/queue/transitions/count';
import { jobs } from '@job-manager/sample/registry';
import type { Bench } from './bench.js';

/** The job with the most of the runs, and the one with the fewest. */
export const [COMMON_JOB, RARE_JOB] = [nameOf(0), nameOf(-1)];

/**
 * Writes finished runs as a history of 60 days leaves them, counters included: few jobs have most of them,
 * 92 of 100 ended well, 6 failed, 2 were cancelled. Then vacuums the table, as autovacuum would within a minute.
 * Ids begin behind `afterId` where it is given, else with the next one.
 */
export async function addHistory({ pool }: Pick<Bench, 'pool'>, runs: number, afterId?: number): Promise<void> {
  await pool.query(ADD, [runs, jobs.map(({ name }) => name), afterId ?? null]);
  await pool.query('VACUUM (ANALYZE) "JobRun"');
  await pool.query('VACUUM (ANALYZE) "JobRunCount"');
}

function nameOf(index: number): string {
  const job = jobs.at(index);
  if (!job) throw new Error('There are no jobs');
  return job.name;
}

const ADD = `
WITH drawn AS MATERIALIZED (
  SELECT n, random() AS fate, (1 + random() * 20000)::int AS ms,
    date_trunc('milliseconds', clock_timestamp() - ($1 - n + 1) * (interval '60 days' / $1::int)) AS ended,
    ($2::text[])[1 + floor(power(random(), 3) * cardinality($2::text[]))::int] AS job
  FROM generate_series(1, $1::int) n
), added AS (
  INSERT INTO "JobRun" (id, "jobName", status, trigger, "algorithmVersion", parameters, metadata, error, "errorStack",
    "progressPercent", "progressMessage", attempt, "claimNo", rev, "runAt", "queuedAt", "startedAt", "finishedAt",
    "lastHeartbeatAt", "durationMs", "queueDelayMs", "triggeredById", "runnerId", "leaseToken")
  SELECT coalesce($3::bigint + n, nextval('"JobRun_id_seq"')), job, CASE WHEN fate < 0.92 THEN 'SUCCESS' WHEN fate < 0.98 THEN 'FAILED' ELSE 'CANCELLED' END::"JobRunStatus",
    'MANUAL', '1.0.0', jsonb_build_object('batchSize', 100, 'pauseMs', 50),
    jsonb_build_object('usersProcessed', n, 'scoresCalculated', n * 500, 'averageScoreTimeMs', ms / 100.0),
    CASE WHEN fate >= 0.92 AND fate < 0.98 THEN 'The candidate ' || n || ' has no profile any more.' END,
    CASE WHEN fate >= 0.92 AND fate < 0.98 THEN repeat('at scoreBatch (backend/sample/src/match-scores.ts:92:7)' || chr(10), 8) END,
    100, 'Scored 1,000 of 1,000 users', 1, 1, 4, ended - ms * interval '1 ms', ended - ms * interval '1 ms',
    ended - ms * interval '1 ms', ended, ended, ms, 4,
    (SELECT min(id) FROM "User" WHERE role = 'SUPER_ADMIN'), gen_random_uuid(), gen_random_uuid()
  FROM drawn ORDER BY n
  RETURNING *
), counted AS (${countEnded('added')})
SELECT count(*) FROM added`;
