import { queuedCap } from '@job-manager/shared/live';
import { SELF_TEST_JOB } from '@job-manager/shared/run';
import { ENDED_BY_HOUR, FIRST_DAY } from './ended.js';
import { countableIn, firstInLanes, isPaused, lanesOf } from './lanes.js';
import type { Sql } from './sql.js';

/** What waits now and why, and how that was a day ago. Numbers stop counting one above `queuedCap`. */
export interface QueueNow {
  /** Due, and in no paused channel and of no paused job. */
  pending: number;
  /** Their time is yet to come. */
  scheduled: number;
  /** Wait for other runs. */
  blocked: number;
  /** Of those whose time is yet to come: they failed before. */
  retrying: number;
  /** Of active runners that claim. */
  slots: number;
  /** At the same minute yesterday; null where that was not sampled. */
  previous: { pending: number; running: number; scheduled: number } | null;
  /** Ended in the 24 hours before the last 24, to the hour; null where nothing had been counted by then. */
  previousEnded: { completed: number; failed: number } | null;
}

export async function readQueueNow(sql: Sql): Promise<QueueNow> {
  const { rows } = await sql.query<QueueNow>({ name: 'queue-now', text: NOW });
  const [row] = rows;
  if (!row) throw new Error('PostgreSQL returned no row for a row of values');
  return row;
}

const MOST = queuedCap + 1;

const counted = (lane: string, condition: string): string =>
  `(SELECT count(*)::int FROM (SELECT FROM (${countableIn(lane, condition, MOST)}) q LIMIT ${MOST}) counted)`;

const endedIn = (status: string): string => `coalesce(sum(runs) FILTER (WHERE status = '${status}'), 0)::int`;

// Samples count due runs of paused channels and jobs too, and so does the figure that is compared with them.
const NOW = `
WITH RECURSIVE moment AS MATERIALIZED (SELECT clock_timestamp() AS now
), ${lanesOf('lane', 'NOT "isBlocked"')}
, ${lanesOf('blocked_lane', '"isBlocked"')}
, open_lane AS MATERIALIZED (
  SELECT lane.* FROM lane, moment WHERE NOT EXISTS (SELECT FROM "Channel" c WHERE c.name = lane.channel AND ${isPaused('c', 'moment.now')})
), paused AS MATERIALIZED (
  SELECT coalesce(array_agg(s."jobName"::text), '{}') AS jobs FROM "JobSettings" s, moment WHERE ${isPaused('s', 'moment.now')}
), ended AS MATERIALIZED (
  SELECT status, runs FROM (${ENDED_BY_HOUR}) c
  WHERE hour >= (SELECT date_trunc('hour', now, 'UTC') - interval '48 hours' FROM moment)
    AND hour < (SELECT date_trunc('hour', now, 'UTC') - interval '24 hours' FROM moment) AND "jobName" <> '${SELF_TEST_JOB}'
), began AS (
  SELECT ${FIRST_DAY} <= moment.now - interval '24 hours' AS has
  FROM moment
)
SELECT
  ${counted('open_lane', 'NOT q."isBlocked" AND q."runAt" <= (SELECT now FROM moment) AND q."jobName" <> ALL ((SELECT jobs FROM paused)::text[])')} AS pending,
  ${counted('lane', 'NOT q."isBlocked" AND q."runAt" > (SELECT now FROM moment)')} AS scheduled,
  ${counted('lane', 'NOT q."isBlocked" AND q."runAt" > (SELECT now FROM moment) AND q.attempt > 0')} AS retrying,
  ${counted('blocked_lane', 'q."isBlocked"')} AS blocked,
  (SELECT coalesce(sum(concurrency), 0)::int FROM "Runner" WHERE status = 'ACTIVE') AS slots,
  (SELECT json_build_object('pending', s.due, 'running', s.running, 'scheduled', s.scheduled) FROM "QueueSample" s
   WHERE step = 'MINUTE' AND channel = '' AND at > (SELECT now - interval '24 hours 2 minutes' FROM moment)
     AND at <= (SELECT now - interval '24 hours' FROM moment)
   ORDER BY at DESC LIMIT 1) AS previous,
  CASE WHEN (SELECT has FROM began)
    THEN (SELECT json_build_object('completed', ${endedIn('SUCCESS')}, 'failed', ${endedIn('FAILED')}) FROM ended) END AS "previousEnded"
FROM moment`;

/** A run or a schedule that is yet to come due. */
export interface UpcomingRow {
  at: Date;
  /** Null for a run. */
  scheduleId: string | null;
  /** Of the schedule. */
  name: string | null;
  /** Null for a schedule. */
  jobRunId: string | null;
  jobName: string;
  /** Null for a schedule, whose run gets that of its job. */
  channel: string | null;
}

/** What comes due next: schedules that are not paused, and delayed runs, the first first. */
export async function readUpcoming(sql: Sql, limit: number): Promise<UpcomingRow[]> {
  return (await sql.query<UpcomingRow>(UPCOMING, [limit])).rows;
}

const UPCOMING = `
WITH RECURSIVE ${lanesOf('lane', 'NOT "isBlocked"')}
SELECT * FROM (
  (SELECT "nextRunAt" AS at, id::text AS "scheduleId", name, NULL::text AS "jobRunId", "jobName", NULL::text AS channel
   FROM "Schedule" WHERE "nextRunAt" IS NOT NULL AND "pausedAt" IS NULL ORDER BY "nextRunAt" LIMIT $1)
  UNION ALL
  SELECT "runAt", NULL, NULL, id::text, "jobName", channel
  FROM (${firstInLanes('lane', 'q."runAt", q.id, q."jobName", q.channel', 'NOT q."isBlocked" AND q."runAt" > (SELECT clock_timestamp())', '$1')}) q
) next ORDER BY at, "scheduleId", "jobRunId" LIMIT $1`;

/** Runs that schedules have queued for due times since a moment. */
export async function countScheduledSince(sql: Sql, since: Date): Promise<number> {
  const { rows } = await sql.query<{ runs: number }>(
    `SELECT count(*)::int AS runs FROM "Schedule" s JOIN "JobRun" r ON r."scheduleId" = s.id AND r."dueAt" >= $1`,
    [since],
  );
  return rows[0]?.runs ?? 0;
}

/** Attempts of the last hour that failed and were not the last, and of how many jobs. */
export async function countRetriesOfHour(sql: Sql): Promise<{ attempts: number; jobs: number }> {
  const { rows } = await sql.query<{ attempts: number; jobs: number }>(
    `SELECT count(*)::int AS attempts, count(DISTINCT r."jobName")::int AS jobs
     FROM (SELECT "runId" FROM "JobRunAttempt" WHERE outcome = 'FAILED' AND "endedAt" > clock_timestamp() - interval '1 hour'
           ORDER BY "endedAt" DESC LIMIT ${MOST}) a JOIN "JobRun" r ON r.id = a."runId"`,
  );
  return rows[0] ?? { attempts: 0, jobs: 0 };
}
