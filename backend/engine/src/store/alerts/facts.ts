import { ENDED_BY_HOUR } from '../ended.js';
import type { Sql } from '../sql.js';

/** A time of the epoch in milliseconds, as numbers sum up faster than dates. */
const epochMs = (column: string): string => `(extract(epoch FROM ${column}) * 1000)::float8`;

/** Names of the jobs that operators marked as critical. */
export async function readCriticalJobs(sql: Sql): Promise<Set<string>> {
  const { rows } = await sql.query<{ jobName: string }>('SELECT "jobName" FROM "JobSettings" WHERE "isCritical"');
  return new Set(rows.map(({ jobName }) => jobName));
}

export async function readNow(sql: Sql): Promise<Date> {
  const { rows } = await sql.query<{ now: Date }>('SELECT clock_timestamp() AS now');
  return rows[0]?.now ?? new Date();
}

export interface FailingJob {
  jobName: string;
  fingerprint: string;
  error: string;
  lastRunId: string;
  lastAt: Date;
  /** Runs that failed of this cause since the last success, at most 10,000. */
  runs: number;
}

/**
 * Jobs of which a run failed for good since a moment, and none succeeded since: with the cause of the last failure.
 * Causes that operators ignore or resolved don't count. Searches at most 1,000 ends of each job for its newest success.
 */
export async function readFailingJobs(sql: Sql, since: Date): Promise<FailingJob[]> {
  return (await sql.query<FailingJob>(FAILING, [since])).rows;
}

const FAILING = `
WITH failed AS MATERIALIZED (
  SELECT DISTINCT ON ("jobName") "jobName", fingerprint, sample AS error, "lastRunId", "lastSeenAt" FROM "RunErrorGroup"
  WHERE "lastSeenAt" >= $1::timestamptz AND state = 'OPEN' ORDER BY "jobName", "lastSeenAt" DESC
)
SELECT f."jobName", f.fingerprint, f.error, f."lastRunId"::text, f."lastSeenAt" AS "lastAt", counted.runs
FROM failed f CROSS JOIN LATERAL (
  SELECT max("finishedAt") FILTER (WHERE status = 'SUCCESS') AS at FROM (
    SELECT status, "finishedAt" FROM "JobRun" r WHERE r."jobName" = f."jobName" AND r."finishedAt" IS NOT NULL AND r."finishedAt" >= $1::timestamptz
    ORDER BY r."finishedAt" DESC, r.id DESC LIMIT 1000) ended
) succeeded CROSS JOIN LATERAL (
  SELECT count(*)::int AS runs FROM (
    SELECT FROM "RunError" e WHERE e.fingerprint = f.fingerprint AND e."finishedAt" > coalesce(succeeded.at, $1::timestamptz - interval '1 ms') LIMIT 10000) counting
) counted
WHERE succeeded.at IS NULL OR succeeded.at < f."lastSeenAt"
ORDER BY f."jobName"`;

/**
 * Ends of runs that show when a job was failing: each failure since a moment, at most 100,000, and the minutes with a
 * success.
 */
export async function readEnds(sql: Sql, since: Date): Promise<{ jobName: string; at: number; isFailure: boolean }[]> {
  const { rows } = await sql.query<{ jobName: string; at: number; isFailure: boolean }>(
    `(SELECT "jobName", ${epochMs('"finishedAt"')} AS at, true AS "isFailure" FROM "RunError" WHERE "finishedAt" >= $1 ORDER BY "finishedAt" DESC LIMIT 100000)
     UNION ALL SELECT "jobName", ${epochMs('at')}, false FROM "JobRunEnded" WHERE step = 'MINUTE' AND at >= $1 AND success > 0 ORDER BY at`,
    [since],
  );
  return rows;
}

export interface MinuteRow {
  jobName: string;
  at: number;
  success: number;
  failed: number;
}

/** What ended in each minute since a moment, by job. */
export async function readMinutes(sql: Sql, since: Date): Promise<MinuteRow[]> {
  const { rows } = await sql.query<MinuteRow>(
    `SELECT "jobName", ${epochMs('at')} AS at, success::float8 AS success, failed::float8 AS failed FROM "JobRunEnded"
     WHERE step = 'MINUTE' AND at >= $1 AND success + failed > 0`,
    [since],
  );
  return rows;
}

export interface Weeks {
  /** Of the last seven days, and of the seven before. */
  now: number;
  before: number;
  failedNow: number;
}

/** Failed runs of a thousand that ended, in the last seven days and in the seven before. */
export async function readFailureWeeks(sql: Sql): Promise<Weeks> {
  const { rows } = await sql.query<Weeks>(FAILURE_WEEKS);
  return rows[0] ?? { now: 0, before: 0, failedNow: 0 };
}

const FAILURE_WEEKS = `
WITH moment AS MATERIALIZED (SELECT date_trunc('hour', clock_timestamp(), 'UTC') AS at), counted AS MATERIALIZED (
  SELECT hour > at - interval '7 days' AS is_new, status = 'FAILED' AS has_failed, sum(runs)::float8 AS runs FROM (${ENDED_BY_HOUR}) c, moment
  WHERE hour > date_trunc('hour', now(), 'UTC') - interval '14 days' AND status IN ('SUCCESS', 'FAILED') GROUP BY 1, 2
)
SELECT coalesce(1000 * sum(runs) FILTER (WHERE is_new AND has_failed) / nullif(sum(runs) FILTER (WHERE is_new), 0), 0) AS now,
  coalesce(1000 * sum(runs) FILTER (WHERE NOT is_new AND has_failed) / nullif(sum(runs) FILTER (WHERE NOT is_new), 0), 0) AS before,
  coalesce(sum(runs) FILTER (WHERE is_new AND has_failed), 0) AS "failedNow"
FROM counted`;

/** When runs were recovered from runners without heartbeats, since a moment; at most 10,000. */
export async function readRecoveries(sql: Sql, since: Date): Promise<number[]> {
  const { rows } = await sql.query<{ at: number }>(
    `SELECT ${epochMs('at')} AS at FROM (SELECT at, id FROM "AuditEvent" WHERE action = 'run.recover' ORDER BY id DESC LIMIT 10000) newest WHERE at >= $1`,
    [since],
  );
  return rows.map(({ at }) => at);
}

/** Of these jobs those that did not succeed since a moment. */
export async function readJobsWithoutSuccess(sql: Sql, jobNames: string[], since: Date): Promise<string[]> {
  const { rows } = await sql.query<{ jobName: string }>(
    `SELECT "jobName" FROM unnest($1::text[]) AS j("jobName") WHERE NOT EXISTS (
       SELECT FROM "JobRun" r WHERE r."jobName" = j."jobName" AND r.status = 'SUCCESS' AND r."finishedAt" IS NOT NULL AND r."finishedAt" >= $2)
     ORDER BY 1`,
    [jobNames, since],
  );
  return rows.map(({ jobName }) => jobName);
}

/** Names of all jobs that some process has the code of, and whether a schedule that is not paused runs them. */
export async function readJobNames(sql: Sql): Promise<{ name: string; isScheduled: boolean }[]> {
  const { rows } = await sql.query<{ name: string; isScheduled: boolean }>(
    `SELECT name, EXISTS (SELECT FROM "Schedule" s WHERE s."jobName" = j.name AND s."pausedAt" IS NULL) AS "isScheduled" FROM "Job" j ORDER BY name`,
  );
  return rows;
}

export interface ChannelSample {
  channel: string;
  at: number;
  due: number;
  oldestDueAgeMs: number;
  targetWaitMs: number | null;
  isPaused: boolean;
}

/** How full channels were at each minute since a moment; the channel '' stands for all. Target and pause are those of now. */
export async function readChannelSamples(sql: Sql, since: Date): Promise<ChannelSample[]> {
  const { rows } = await sql.query<ChannelSample>(
    `SELECT s.channel, ${epochMs('s.at')} AS at, s.due, coalesce(s."oldestDueAgeMs", 0)::float8 AS "oldestDueAgeMs", c."targetWaitMs",
       c."pausedAt" IS NOT NULL AND (c."resumeAt" IS NULL OR c."resumeAt" > clock_timestamp()) AS "isPaused"
     FROM "QueueSample" s LEFT JOIN "Channel" c ON c.name = s.channel WHERE s.step = 'MINUTE' AND s.at >= $1`,
    [since],
  );
  return rows;
}

export interface LostRunner {
  name: string;
  lostAt: number;
  /** Null where it did not come back. */
  backAt: number | null;
}

/** Runners that were lost since a moment, by the newest 2,000 events. */
export async function readLostRunners(sql: Sql, since: Date): Promise<LostRunner[]> {
  const { rows } = await sql.query<LostRunner>(
    `WITH newest AS MATERIALIZED (SELECT * FROM "RunnerEvent" ORDER BY id DESC LIMIT 2000)
     SELECT l."runnerName" AS name, ${epochMs('l.at')} AS "lostAt",
       (SELECT min(${epochMs('b.at')}) FROM newest b WHERE b."runnerId" = l."runnerId" AND b.kind = 'back' AND b.id > l.id) AS "backAt"
     FROM newest l WHERE l.kind = 'lost' AND l.at >= $1 ORDER BY l.id`,
    [since],
  );
  return rows;
}

/** When schedules that were not paused came due without a run, since a moment. */
export async function readSkips(
  sql: Sql,
  since: Date,
): Promise<{ schedule: string; jobName: string; at: number; dueTimes: number; reason: string }[]> {
  const { rows } = await sql.query<{ schedule: string; jobName: string; at: number; dueTimes: number; reason: string }>(
    `SELECT s.name AS schedule, s."jobName", ${epochMs('k.at')} AS at, k."dueTimes", k.reason::text FROM "Schedule" s CROSS JOIN LATERAL (
       SELECT * FROM "ScheduleSkip" k WHERE k."scheduleId" = s.id AND k.reason <> 'PAUSED' ORDER BY k.id DESC LIMIT 100) k
     WHERE k.at >= $1 ORDER BY k.id`,
    [since],
  );
  return rows;
}

export interface NewCause {
  fingerprint: string;
  jobName: string;
  error: string;
  lastRunId: string;
  at: number;
  isBack: boolean;
}

/** Causes of failures that were first seen since a moment, or came back since. Those that operators ignore are left out. */
export async function readNewCauses(sql: Sql, since: Date): Promise<NewCause[]> {
  const { rows } = await sql.query<NewCause>(
    `SELECT fingerprint, "jobName", sample AS error, "lastRunId"::text, ${epochMs('greatest("firstSeenAt", "cameBackAt")')} AS at,
       coalesce("cameBackAt" > "firstSeenAt", false) AS "isBack"
     FROM "RunErrorGroup" WHERE state = 'OPEN' AND ("firstSeenAt" >= $1 OR "cameBackAt" >= $1) ORDER BY 5 LIMIT 1000`,
    [since],
  );
  return rows;
}

export interface ConnectionsMinute {
  at: number;
  open: number;
  opened: number;
  lost: number;
}

/** Live connections of all servers since a moment, by minute. */
export async function readConnections(sql: Sql, since: Date): Promise<ConnectionsMinute[]> {
  const { rows } = await sql.query<ConnectionsMinute>(
    `SELECT ${epochMs('at')} AS at, sum(sockets)::int AS open, sum("socketsOpened")::int AS opened, coalesce(sum("socketsLost"), 0)::int AS lost
     FROM "SystemSample" WHERE step = 'MINUTE' AND at >= $1 GROUP BY "SystemSample".at`,
    [since],
  );
  return rows;
}

/** Errors of kinds that are not ignored. */
const COUNTS = `level = 'error' AND fingerprint NOT IN (SELECT fingerprint FROM "ClientErrorState" WHERE state = 'IGNORED')`;

/** Errors that browsers reported since a moment, by minute. */
export async function readPanelErrors(sql: Sql, since: Date): Promise<{ at: number; errors: number }[]> {
  const { rows } = await sql.query<{ at: number; errors: number }>(
    `SELECT ${epochMs(`date_trunc('minute', at)`)} AS at, sum(count)::int AS errors FROM "ClientError" WHERE at >= $1 AND ${COUNTS} GROUP BY 1`,
    [since],
  );
  return rows;
}

/** Errors that browsers reported in the last seven days, and in the seven before. */
export async function readPanelErrorWeeks(sql: Sql): Promise<{ now: number; before: number }> {
  const { rows } = await sql.query<{ now: number; before: number }>(
    `SELECT coalesce(sum(count) FILTER (WHERE at > clock_timestamp() - interval '7 days'), 0)::int AS now,
       coalesce(sum(count) FILTER (WHERE at <= clock_timestamp() - interval '7 days'), 0)::int AS before
     FROM "ClientError" WHERE ${COUNTS} AND at > (SELECT clock_timestamp() - interval '14 days')`,
  );
  return rows[0] ?? { now: 0, before: 0 };
}
