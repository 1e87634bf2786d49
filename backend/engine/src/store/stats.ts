import type { JobStats } from '@job-manager/shared/contract/run';
import { queuedCap } from '@job-manager/shared/live';
import { SELF_TEST_JOB } from '@job-manager/shared/run';
import { countableIn, lanesOf } from './lanes.js';
import { readQueueNow } from './queue-now.js';
import type { Sql } from './sql.js';
import { isStalled } from './stalled.js';

/** How many attempts failed in the last 24 hours without ending their run: another followed, or follows. */
export async function countRetries(sql: Sql): Promise<number> {
  const counted = await sql.query<{ retries: number }>(COUNT);
  return counted.rows[0]?.retries ?? 0;
}

const COUNT = `
SELECT count(*)::int AS retries FROM "JobRunAttempt" WHERE outcome = 'FAILED' AND "endedAt" > clock_timestamp() - interval '24 hours'`;

interface StatsRow extends Record<'active' | 'queued' | 'stalled' | 'success' | 'failed' | 'cancelled', string> {
  now: Date;
}

/**
 * Counts of this moment and of the last 24 hours to the millisecond, of one snapshot, and beside them what waits and
 * why. `stalledAfterMs`: time without a heartbeat after which a running run of ours counts as stalled.
 */
export async function readStats(sql: Sql, stalledAfterMs: number): Promise<JobStats> {
  const [read, { previous, previousEnded, ...queue }] = await Promise.all([
    sql.query<StatsRow>({ name: 'stats', text: STATS, values: [stalledAfterMs] }),
    readQueueNow(sql),
  ]);
  const [row] = read.rows;
  if (!row) throw new Error('PostgreSQL returned no row for the stats');
  const [success, failed, cancelled] = [Number(row.success), Number(row.failed), Number(row.cancelled)];
  return {
    active: Number(row.active),
    queued: Number(row.queued),
    stalled: Number(row.stalled),
    last24h: { total: success + failed + cancelled, success, failed, cancelled },
    ...queue,
    previous: { ...(previous ?? UNSAMPLED), ...(previousEnded ?? UNCOUNTED) },
    updatedAt: row.now.toISOString(),
  };
}

const UNSAMPLED = { pending: null, running: null, scheduled: null };
const UNCOUNTED = { completed: null, failed: null };

/** Counting the queue stops one above what screens show. */
const MOST = queuedCap + 1;

const PART = `"finishedAt" >= since AND "finishedAt" < whole_from`;

// Whole hours come from the counters. Of the oldest hour only a part belongs to the 24: its rows are counted
// in the history indexes, all of them in one and the unsuccessful in the other; the rest are successes. `infinity` is there for the planner: of
// one end of a stretch whose time it doesn't know it expects a third of all counters, of two ends a few.
const STATS = `
WITH RECURSIVE moment AS MATERIALIZED (SELECT clock_timestamp() AS now
), span AS MATERIALIZED (
  SELECT now, now - interval '24 hours' AS since, date_trunc('hour', now - interval '24 hours', 'UTC') + interval '1 hour' AS whole_from
  FROM moment
), hours AS MATERIALIZED (
  SELECT coalesce(sum(runs) FILTER (WHERE status = 'SUCCESS'), 0) AS success,
         coalesce(sum(runs) FILTER (WHERE status = 'FAILED'), 0) AS failed,
         coalesce(sum(runs) FILTER (WHERE status = 'CANCELLED'), 0) AS cancelled
  FROM "JobRunCount" WHERE hour >= (SELECT whole_from FROM span) AND hour < 'infinity' AND "jobName" <> '${SELF_TEST_JOB}'
), part AS MATERIALIZED (
  SELECT (SELECT count(*) FROM "JobRun" WHERE ${PART}) - tested.total AS total,
         (SELECT count(*) FROM "JobRun" WHERE status = 'FAILED' AND ${PART}) - tested.failed AS failed,
         (SELECT count(*) FROM "JobRun" WHERE status = 'CANCELLED' AND ${PART}) - tested.cancelled AS cancelled
  FROM span, LATERAL (
    SELECT count(*) AS total, count(*) FILTER (WHERE status = 'FAILED') AS failed, count(*) FILTER (WHERE status = 'CANCELLED') AS cancelled
    FROM "JobRun" WHERE "jobName" = '${SELF_TEST_JOB}' AND ${PART}
  ) tested
), ${lanesOf('lane', 'NOT "isBlocked"')}
, ${lanesOf('blocked_lane', '"isBlocked"')}
SELECT span.now,
  (SELECT count(*) FROM "JobRun" WHERE status = 'RUNNING' AND "finishedAt" IS NULL) AS active,
  (SELECT count(*) FROM (${countableIn('lane', 'NOT q."isBlocked"', MOST)} UNION ALL ${countableIn('blocked_lane', 'q."isBlocked"', MOST)} LIMIT ${MOST}) q) AS queued,
  (SELECT count(*) FROM "JobRun" WHERE status = 'RUNNING' AND "finishedAt" IS NULL AND ${isStalled('$1')}) AS stalled,
  hours.success + part.total - part.failed - part.cancelled AS success,
  hours.failed + part.failed AS failed,
  hours.cancelled + part.cancelled AS cancelled
FROM span, hours, part`;
