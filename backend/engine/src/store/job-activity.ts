import type { JobRunStatus, TerminalStatus } from '@job-manager/shared/run';
import { activeRun } from './by-id.js';
import { isLiving } from './job-versions.js';
import { firstInLanes, lanesOf } from './lanes.js';
import type { Sql } from './sql.js';

export interface JobActivityRow {
  jobName: string;
  lastRunId: string | null;
  lastStatus: TerminalStatus | null;
  lastFinishedAt: Date | null;
  success: number;
  failed: number;
  cancelled: number;
  meanMs: number | null;
  nextDueAt: Date | null;
  since: Date;
}

/**
 * What ended of these jobs in the last 24 hours to the millisecond, as the stats count it; the last run of each by one
 * read of its index.
 */
export async function readJobActivity(sql: Sql, jobNames: string[]): Promise<{ jobs: JobActivityRow[]; since: Date }> {
  const { rows } = await sql.query<JobActivityRow>({ name: 'job-activity', text: ACTIVITY, values: [jobNames] });
  return { jobs: rows, since: rows[0]?.since ?? new Date() };
}

/** Due runs of each lane that are read for their jobs. */
const MAX_PER_LANE = 1_000;

/**
 * The jobs with queued runs, and whether a live process has their code. Those far back in a long lane may be missing.
 */
export async function readQueuedJobs(sql: Sql): Promise<{ jobName: string; hasCode: boolean }[]> {
  return (await sql.query<{ jobName: string; hasCode: boolean }>(QUEUED_JOBS)).rows;
}

const QUEUED_JOBS = `
WITH RECURSIVE ${lanesOf('lane', 'NOT "isBlocked"')}
SELECT "jobName", EXISTS (
  SELECT FROM "JobProcess" p WHERE queued."jobName" = ANY (p."jobNames") AND ${isLiving('p')}
) AS "hasCode"
FROM (SELECT DISTINCT "jobName" FROM (${firstInLanes('lane', 'q."jobName"', 'NOT q."isBlocked"', MAX_PER_LANE)}) first) queued
ORDER BY "jobName" COLLATE "C" LIMIT 1000`;

const sumOf = (status: TerminalStatus, column = 'runs') =>
  `coalesce(sum(${column}::float8) FILTER (WHERE status = '${status}'), 0)`;

// Whole hours come from the counters, the part of the oldest one from its runs.
const ACTIVITY = `
WITH span AS MATERIALIZED (
  SELECT since, date_trunc('hour', since, 'UTC') + interval '1 hour' AS whole_from FROM (SELECT clock_timestamp() - interval '24 hours' AS since) moment
), ended AS MATERIALIZED (
  SELECT "jobName", ${sumOf('SUCCESS')} AS success, ${sumOf('FAILED')} AS failed, ${sumOf('CANCELLED')} AS cancelled,
    ${sumOf('SUCCESS', '"totalDurationMs"')} AS ms
  FROM (
    SELECT "jobName", status, runs, "totalDurationMs" FROM "JobRunCount" WHERE hour >= (SELECT whole_from FROM span) AND hour < 'infinity'
    UNION ALL
    SELECT "jobName", status, 1, "durationMs" FROM "JobRun"
    WHERE "jobName" = ANY($1::text[]) AND "finishedAt" >= (SELECT since FROM span) AND "finishedAt" < (SELECT whole_from FROM span)
  ) counted GROUP BY 1
), due AS MATERIALIZED (SELECT "jobName", min("nextRunAt") AS at FROM "Schedule" WHERE "pausedAt" IS NULL GROUP BY 1
)
SELECT n.name AS "jobName", last.id::text AS "lastRunId", last.status AS "lastStatus", last."finishedAt" AS "lastFinishedAt",
  coalesce(success, 0) AS success, coalesce(failed, 0) AS failed, coalesce(cancelled, 0) AS cancelled, ms / nullif(success, 0) AS "meanMs",
  due.at AS "nextDueAt", span.since
FROM unnest($1::text[]) AS n(name) CROSS JOIN span
LEFT JOIN LATERAL (
  SELECT id, status, "finishedAt" FROM "JobRun" WHERE "jobName" = n.name AND "finishedAt" IS NOT NULL ORDER BY "finishedAt" DESC, id DESC LIMIT 1
) last ON true
LEFT JOIN ended ON ended."jobName" = n.name LEFT JOIN due ON due."jobName" = n.name
ORDER BY n.name COLLATE "C"`;

export interface UsualRow {
  jobName: string;
  p50: number;
  p95: number;
  runs: number;
}

/** How long the successful ones of the last 200 ended runs of each job took, in milliseconds; jobs without any are left out. */
export async function readUsual(sql: Sql, jobNames: string[]): Promise<UsualRow[]> {
  return (await sql.query<UsualRow>({ name: 'usual-times', text: USUAL, values: [jobNames] })).rows;
}

const USUAL = `
SELECT n.name AS "jobName", percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) AS p50,
  percentile_cont(0.95) WITHIN GROUP (ORDER BY ms) AS p95, count(*)::int AS runs
FROM unnest($1::text[]) AS n(name) CROSS JOIN LATERAL (
  SELECT status, "durationMs"::float8 AS ms FROM "JobRun" WHERE "jobName" = n.name AND "finishedAt" IS NOT NULL
  ORDER BY "finishedAt" DESC, id DESC LIMIT 200
) ended WHERE status = 'SUCCESS' AND ms IS NOT NULL GROUP BY 1`;

export interface RecentRow {
  jobRunId: string;
  status: TerminalStatus;
  finishedAt: Date;
  parameters: Record<string, unknown>;
}

/** The last five different parameters of a job, each with the newest run that had them. */
export async function readRecentParameters(sql: Sql, jobName: string): Promise<RecentRow[]> {
  return (await sql.query<RecentRow>({ name: 'recent-parameters', text: RECENT, values: [jobName] })).rows;
}

const RECENT = `
SELECT id::text AS "jobRunId", status, "finishedAt", parameters FROM (
  SELECT DISTINCT ON (parameters) * FROM (
    SELECT id, status, "finishedAt", parameters FROM "JobRun"
    WHERE "jobName" = $1 AND "finishedAt" IS NOT NULL ORDER BY "finishedAt" DESC, id DESC LIMIT 100
  ) latest ORDER BY parameters, "finishedAt" DESC, id DESC
) different ORDER BY "finishedAt" DESC, id DESC LIMIT 5`;

export interface UnderWayRow {
  jobRunId: string;
  status: JobRunStatus;
  progressPercent: number | null;
  queuedAt: Date;
  startedAt: Date | null;
  isSame: boolean;
}

/** Queued runs of each lane that are searched for those of one job. */
const MAX_LOOKED_AT = 1_000;

/** Runs of a job that run, and those among the first queued ones of each lane; those with the same parameters first, at most ten. */
export async function readUnderWay(
  sql: Sql,
  jobName: string,
  parameters: Record<string, unknown>,
): Promise<UnderWayRow[]> {
  return (await sql.query<UnderWayRow>(UNDER_WAY, [jobName, JSON.stringify(parameters)])).rows;
}

const UNDER_WAY = `
WITH RECURSIVE ${lanesOf('lane', 'NOT "isBlocked"')}
, active AS (
  SELECT id, status, "progressPercent", "queuedAt", "startedAt", parameters FROM "JobRun" WHERE status = 'RUNNING' AND "finishedAt" IS NULL AND "jobName" = $1
  UNION ALL
  SELECT j.id, j.status, j."progressPercent", j."queuedAt", j."startedAt", j.parameters
  FROM (${firstInLanes('lane', 'q.id, q."jobName"', 'NOT q."isBlocked"', MAX_LOOKED_AT)}) first CROSS JOIN ${activeRun('first.id')}
  WHERE first."jobName" = $1
)
SELECT id::text AS "jobRunId", status, "progressPercent", "queuedAt", "startedAt", parameters = $2::jsonb AS "isSame"
FROM active ORDER BY 6 DESC, status = 'RUNNING' DESC, id LIMIT 10`;
