import type { RunnerHealth } from '@job-manager/shared/contract/health';
import { queuedCap } from '@job-manager/shared/live';
import { slowPartOfTimeout } from '@job-manager/shared/run';
import { type RivalVersion, readRivalVersions } from './job-versions.js';
import { countableIn, firstInLanes, isPaused, lanesOf } from './lanes.js';
import type { Sql } from './sql.js';
import { isStalled, stallLimit } from './stalled.js';

type Times = 'startedAt' | 'lastHeartbeatAt' | 'lastClaimAt' | 'lastProgressAt';
export type RunnerRow = Omit<RunnerHealth, Times> & {
  startedAt: Date;
  lastHeartbeatAt: Date;
  lastClaimAt: Date | null;
  lastProgressAt: Date | null;
};

/** Numbers of runs stop counting one above `queuedCap`. */
export interface BacklogRow {
  queued: number;
  /** Those that a runner could start: in no paused channel, and waiting for no other run. */
  due: number;
  /** Since when the longest due run has waited; a recovered run waits from its recovery on. */
  oldestDueAt: Date | null;
  /** The same among runs of jobs that the caller knows. */
  oldestKnownDueAt: Date | null;
}

/** A run that is stalled, slow or both. */
export interface TroubledRow {
  jobRunId: string;
  jobName: string;
  runnerId: string | null;
  startedAt: Date;
  lastHeartbeatAt: Date;
  isStalled: boolean;
  sinceHeartbeatMs: number;
  stallLimitMs: number;
  ranMs: number;
  slowAfterMs: number;
}

export interface TaskRow {
  task: string;
  lastFinishedAt: Date | null;
  lastResult: string | null;
  /** Its last result needs an operator's attention. */
  hasProblem: boolean;
  nextAt: Date;
}

/** The state of the jobs in the database. */
export interface SystemState {
  /** The database's time, from which all ages are computed. */
  now: Date;
  runners: RunnerRow[];
  backlog: BacklogRow;
  running: number;
  runningExternal: number;
  troubled: TroubledRow[];
  maintenance: TaskRow[];
  /** Versions of jobs with more than one running version. */
  rivals: RivalVersion[];
  /** Runs that ended in this hour and the one before, by job; and since when these are. */
  ended: { since: Date; jobs: EndedRow[] };
  /** Paused channels and jobs of which runs are due, the longest first. */
  pauses: PauseRow[];
}

export interface EndedRow {
  jobName: string;
  runs: number;
  failed: number;
}

export interface PauseRow {
  kind: 'channel' | 'job';
  name: string;
  pausedBy: string | null;
  pauseReason: string | null;
  pausedMs: number;
  /** How long both have been so: that it is paused, and that a run is due. */
  waitingMs: number;
  /** Due runs: of a channel counted like the backlog, of a job among the first of each lane. */
  due: number;
}

export interface HealthLimits {
  stalledAfterMs: number;
  /** By job; runs of jobs that are missing here, and those of external programs, are slow some time before their own timeout, or after `slowAfterMs`. */
  slowJobs: { name: string; slowAfterMs: number }[];
  slowAfterMs: number;
}

/** Reads the state of the jobs in eight short queries. */
export async function readSystemState(sql: Sql, limits: HealthLimits): Promise<SystemState> {
  const jobNames = limits.slowJobs.map(({ name }) => name);
  const counts = await sql.query<BacklogRow & { now: Date; running: number; runningExternal: number }>(COUNTS, [
    jobNames,
  ]);
  const [row] = counts.rows;
  if (!row) throw new Error('PostgreSQL returned no row for an aggregate');
  const { now, running, runningExternal, ...backlog } = row;
  const runners = await sql.query<RunnerRow>(RUNNERS);
  const slowAfter = limits.slowJobs.map(({ slowAfterMs }) => slowAfterMs);
  const troubled = await sql.query<TroubledRow>(TROUBLED, [
    limits.stalledAfterMs,
    limits.slowAfterMs,
    jobNames,
    slowAfter,
  ]);
  const tasks = await sql.query<TaskRow>(
    'SELECT name AS task, "lastFinishedAt", "lastResult", "hasProblem", "nextAt" FROM "MaintenanceTask" ORDER BY name',
  );
  return {
    now,
    runners: runners.rows,
    backlog,
    running,
    runningExternal,
    troubled: troubled.rows,
    maintenance: tasks.rows,
    rivals: await readRivalVersions(sql),
    ended: await readEnded(sql),
    pauses: await readPauses(sql),
  };
}

/** Paused channels and jobs of which runs are due, the longest of each first. */
export async function readPauses(sql: Sql): Promise<PauseRow[]> {
  return [...(await sql.query<PauseRow>(PAUSES)).rows, ...(await sql.query<PauseRow>(JOB_PAUSES)).rows];
}

/** From the counters, which are kept by hour: so these are of one to two hours. */
async function readEnded(sql: Sql): Promise<SystemState['ended']> {
  const { rows } = await sql.query<EndedRow & { since: Date }>(ENDED);
  const [first] = rows;
  return { since: first?.since ?? new Date(), jobs: rows };
}

/** The number of first runs in line whose waiting time is read: runs behind them began to wait later. */
const FIRST_IN_LINE = 10_000;

/** Counting stops one above what screens show. */
const MOST = queuedCap + 1;

// The numbers come from the index that claims use, without reading rows, and end at the cap: there may be millions.
// Runs in a paused channel, and those that wait for other runs, don't wait for a runner.
const COUNTS = `
WITH RECURSIVE moment AS MATERIALIZED (SELECT clock_timestamp() AS now
), paused AS MATERIALIZED (
  SELECT coalesce(array_agg(name), '{}') AS channels FROM "Channel" c WHERE ${isPaused('c', '(SELECT now FROM moment)')}
), ${lanesOf('lane', 'NOT "isBlocked"')}
, ${lanesOf('blocked_lane', '"isBlocked"')}
, claimable AS MATERIALIZED (
  SELECT * FROM lane WHERE channel <> ALL ((SELECT channels FROM paused)::text[])
), queue AS MATERIALIZED (
  SELECT (SELECT count(*)::int FROM (
      ${countableIn('lane', 'NOT q."isBlocked"', MOST)} UNION ALL ${countableIn('blocked_lane', 'q."isBlocked"', MOST)} LIMIT ${MOST}) q) AS queued,
    (SELECT count(*)::int FROM (
      ${countableIn('claimable', 'NOT q."isBlocked" AND q."runAt" <= (SELECT now FROM moment)', MOST)} LIMIT ${MOST}) d) AS due
), first AS MATERIALIZED (
  ${firstInLanes('lane', 'q.id, q."jobName", q."runAt", q."claimNo"', 'NOT q."isBlocked" AND q."runAt" <= (SELECT now FROM moment)', `greatest(100, ${FIRST_IN_LINE} / (SELECT count(*) FROM lane))`)} WHERE lane.channel <> ALL ((SELECT channels FROM paused)::text[])
), waiting AS MATERIALIZED (
  SELECT "jobName" = ANY($1::text[]) AS "isKnown",
    CASE WHEN "claimNo" = 0 THEN "runAt" ELSE greatest("runAt", (SELECT max("endedAt") FROM "JobRunAttempt" a WHERE a."runId" = first.id)) END AS since
  FROM first
), running AS (
  SELECT count(*)::int AS running, (count(*) FILTER (WHERE "inactivityTimeoutMs" IS NOT NULL))::int AS "runningExternal"
  FROM "JobRun" WHERE status = 'RUNNING' AND "finishedAt" IS NULL
)
SELECT (SELECT now FROM moment) AS now, queue.*, running.*, (SELECT min(since) FROM waiting) AS "oldestDueAt",
  (SELECT min(since) FROM waiting WHERE "isKnown") AS "oldestKnownDueAt"
FROM queue, running`;

const ENDED = `
WITH span AS MATERIALIZED (SELECT date_trunc('hour', clock_timestamp() - interval '1 hour', 'UTC') AS since)
SELECT span.since, "jobName", sum(runs)::int AS runs, coalesce(sum(runs) FILTER (WHERE status = 'FAILED'), 0)::int AS failed
FROM span, "JobRunCount" WHERE hour >= (SELECT since FROM span) AND hour < 'infinity' GROUP BY 1, 2 ORDER BY 4 DESC, 2`;

const PAUSES = `
WITH RECURSIVE moment AS MATERIALIZED (SELECT clock_timestamp() AS now
), ${lanesOf('every_lane', 'NOT "isBlocked"')}
, lane AS MATERIALIZED (SELECT * FROM every_lane WHERE "runAt" <= (SELECT now FROM moment)
), pause AS MATERIALIZED (
  SELECT c.name, c."pausedBy", c."pauseReason", c."pausedAt", first."runAt", moment.now
  FROM moment, "Channel" c CROSS JOIN LATERAL (SELECT min("runAt") AS "runAt" FROM lane WHERE lane.channel = c.name) first
  WHERE first."runAt" IS NOT NULL AND ${isPaused('c', '(SELECT now FROM moment)')} ORDER BY greatest(c."pausedAt", first."runAt") LIMIT 100
)
SELECT 'channel' AS kind, name, "pausedBy", "pauseReason", extract(epoch FROM now - "pausedAt")::float8 * 1000 AS "pausedMs",
  extract(epoch FROM now - greatest("pausedAt", "runAt"))::float8 * 1000 AS "waitingMs",
  (SELECT count(*)::int FROM (
    ${countableIn('lane', 'NOT q."isBlocked" AND q."runAt" <= pause.now', MOST)} WHERE lane.channel = pause.name LIMIT ${MOST}
  ) due) AS due
FROM pause ORDER BY "waitingMs" DESC`;

/** Due runs of a lane that are searched for those of a paused job. */
const FIRST_OF_LANE = 2_000;

// Without a paused job no lane is read.
const JOB_PAUSES = `
WITH RECURSIVE moment AS MATERIALIZED (SELECT clock_timestamp() AS now
), paused AS MATERIALIZED (
  SELECT s.* FROM "JobSettings" s, moment WHERE ${isPaused('s', 'moment.now')} ORDER BY s."pausedAt" LIMIT 100
), ${lanesOf('every_lane', 'NOT "isBlocked"')}
, lane AS MATERIALIZED (SELECT * FROM every_lane WHERE EXISTS (SELECT FROM paused))
, due AS MATERIALIZED (
  SELECT "jobName", min("runAt") AS "runAt", count(*)::int AS runs
  FROM (${firstInLanes('lane', 'q."jobName", q."runAt"', 'NOT q."isBlocked" AND q."runAt" <= (SELECT now FROM moment)', FIRST_OF_LANE)}) first
  WHERE "jobName" IN (SELECT "jobName" FROM paused) GROUP BY 1
)
SELECT 'job' AS kind, "jobName" AS name, "pausedBy", "pauseReason", extract(epoch FROM moment.now - "pausedAt")::float8 * 1000 AS "pausedMs",
  extract(epoch FROM moment.now - greatest("pausedAt", due."runAt"))::float8 * 1000 AS "waitingMs", due.runs AS due
FROM moment, paused JOIN due USING ("jobName") ORDER BY "waitingMs" DESC`;

// Read from the runs: what a runner reports itself is as old as its last heartbeat.
const RUNNERS = `
SELECT id, kind, status, host, pid, version, concurrency, coalesce(held.runs, 0) AS "activeRuns", "startedAt", "lastHeartbeatAt",
  greatest("lastClaimAt", held."claimedAt") AS "lastClaimAt", "lastProgressAt", "loopLagMs"
FROM "Runner" LEFT JOIN (
  SELECT "runnerId", count(*)::int AS runs, max("startedAt") AS "claimedAt" FROM "JobRun" WHERE status = 'RUNNING' AND "finishedAt" IS NULL GROUP BY 1
) held ON held."runnerId" = id
WHERE status IN ('ACTIVE', 'DRAINING') OR "lastHeartbeatAt" > clock_timestamp() - interval '24 hours'
ORDER BY status, "startedAt", id LIMIT 500`;

const TROUBLED = `
SELECT * FROM (
  SELECT id AS "jobRunId", "jobName", "runnerId", "startedAt", "lastHeartbeatAt", ${isStalled('$1')} AS "isStalled",
    extract(epoch FROM clock_timestamp() - "lastHeartbeatAt")::float8 * 1000 AS "sinceHeartbeatMs", ${stallLimit('$1')} AS "stallLimitMs",
    extract(epoch FROM clock_timestamp() - "startedAt")::float8 * 1000 AS "ranMs", coalesce(slow.ms, ${slowPartOfTimeout} * "timeoutMs", $2::float8) AS "slowAfterMs"
  FROM "JobRun" LEFT JOIN unnest($3::text[], $4::float8[]) AS slow(name, ms) ON slow.name = "jobName" AND "inactivityTimeoutMs" IS NULL
  WHERE status = 'RUNNING' AND "finishedAt" IS NULL
) running WHERE "isStalled" OR "ranMs" > "slowAfterMs" ORDER BY "startedAt", "jobRunId" LIMIT 1000`;
