import type { TerminalStatus } from '@job-manager/shared/run';
import { keptDays } from './kept-days.js';
import type { Sql } from './sql.js';

/**
 * Acquires a task that one process does for all, every `everyMs`; with `isAligned` at whole multiples of that time,
 * such as full minutes. False when it is not due: it was done recently, or another process has acquired it.
 */
export async function acquireTask(sql: Sql, name: string, everyMs: number, isAligned = false): Promise<boolean> {
  const nextAt = isAligned
    ? `date_bin($2::float8 * interval '1 ms', clock_timestamp(), 'epoch') + $2::float8 * interval '1 ms'`
    : `clock_timestamp() + $2::float8 * interval '1 ms'`;
  const taken = await sql.query(
    `INSERT INTO "MaintenanceTask" AS t (name, "nextAt", "lastStartedAt")
     VALUES ($1, ${nextAt}, clock_timestamp())
     ON CONFLICT (name) DO UPDATE SET "nextAt" = EXCLUDED."nextAt", "lastStartedAt" = EXCLUDED."lastStartedAt"
     WHERE t."nextAt" <= clock_timestamp()
     RETURNING name`,
    [name, everyMs],
  );
  return taken.rowCount === 1;
}

/** In how many milliseconds the first of these tasks is due; at most an interval. */
export async function readNextDueMs(sql: Sql, names: string[], everyMs: number): Promise<number> {
  const read = await sql.query<{ ms: number }>(
    `SELECT least($2::float8, greatest(0, extract(epoch FROM "nextAt" - clock_timestamp()) * 1000))::float8 AS ms
     FROM "MaintenanceTask" WHERE name = ANY($1) ORDER BY "nextAt" LIMIT 1`,
    [names, everyMs],
  );
  return read.rows[0]?.ms ?? everyMs;
}

/** Extends an acquired task that is still being done, so that no other process acquires it. */
export async function extendTask(sql: Sql, name: string, everyMs: number): Promise<void> {
  await sql.query(
    `UPDATE "MaintenanceTask" SET "nextAt" = clock_timestamp() + $2::float8 * interval '1 ms' WHERE name = $1`,
    [name, everyMs],
  );
}

/** Notes how a task ended, and whether an operator should check it. */
export async function noteTaskDone(sql: Sql, name: string, result: string, hasProblem = false): Promise<void> {
  await sql.query(
    `UPDATE "MaintenanceTask" SET "lastFinishedAt" = clock_timestamp(), "lastResult" = left($2, 300), "hasProblem" = $3
     WHERE name = $1`,
    [name, result, hasProblem],
  );
}

/** What to keep of the finished runs of one state: for how many days, and how many of each job; null for no limit. */
export interface Retention {
  days: number | null;
  runs: number | null;
}

/** Finished runs of one state that are past their time: those that ended at or after `from` and before the place. */
export interface PrunableSpan {
  /** Null for all jobs of which operators have set no days. */
  jobName: string | null;
  from: Date;
  before: { finishedAt: Date; id: string };
  /** Which limit they are over. */
  reason: string;
}

/** What is past its time of one state. Reads counters and, of each job that has too many runs, at most an hour of them. */
export async function readPrunable(sql: Sql, status: TerminalStatus, retention: Retention): Promise<PrunableSpan[]> {
  const { days, runs } = retention;
  const byAge = await findTooOld(sql, status, days);
  const byCount = runs === null ? [] : await findTooMany(sql, status, runs);
  return [...byAge, ...byCount];
}

/** Of all jobs that operators have set no days of, and of each that they have; `days` is for the former. */
async function findTooOld(sql: Sql, status: TerminalStatus, days: number | null): Promise<PrunableSpan[]> {
  type Row = { jobName: string | null; days: number; from: Date | null; at: Date };
  const read = await sql.query<Row>(TOO_OLD, [status, days]);
  return read.rows.flatMap(({ jobName, days: kept, from, at }) => {
    if (from === null || from > at) return [];
    const reason = `older than ${kept} ${kept === 1 ? 'day' : 'days'}`;
    return [{ jobName, from, before: { finishedAt: at, id: '0' }, reason }];
  });
}

const TOO_OLD = `
WITH own AS MATERIALIZED (SELECT "jobName", "keepDays" FROM "JobSettings" WHERE "keepDays" IS NOT NULL
), spans AS (
  SELECT NULL::varchar AS "jobName", $2::int AS days,
    (SELECT hour FROM "JobRunCount" WHERE status = $1::"JobRunStatus" AND runs > 0 AND "jobName" NOT IN (SELECT "jobName" FROM own)
     ORDER BY hour LIMIT 1) AS from
  UNION ALL
  SELECT "jobName", "keepDays", (SELECT min(hour) FROM "JobRunCount" c
    WHERE c."jobName" = own."jobName" AND status = $1::"JobRunStatus" AND runs > 0)
  FROM own WHERE "keepDays" > 0
)
SELECT *, clock_timestamp() - days * interval '24 hours' AS at FROM spans WHERE days IS NOT NULL`;

/**
 * The oldest of the newest `most` runs of each job that has more: by the counters to the hour, then within that hour by
 * the runs. A place, not a number: several processes at once, or one that comes late, can't remove too many.
 */
async function findTooMany(sql: Sql, status: TerminalStatus, most: number): Promise<PrunableSpan[]> {
  const found = await sql.query<{ jobName: string; from: Date; finishedAt: Date; id: string }>(OLDEST_KEPT, [
    status,
    most,
  ]);
  const reason = `beyond the newest ${most.toLocaleString('en')} of each job`;
  return found.rows.map(({ jobName, from, ...before }) => ({ jobName, from, before, reason }));
}

const OLDEST_KEPT = `
WITH hours AS MATERIALIZED (
  SELECT "jobName", hour, sum(runs) OVER (PARTITION BY "jobName" ORDER BY hour DESC) AS so_far, min(hour) OVER (PARTITION BY "jobName") AS first
  FROM "JobRunCount" WHERE status = $1::"JobRunStatus" AND runs > 0
), edge AS MATERIALIZED (
  SELECT DISTINCT ON ("jobName") "jobName", first, hour, (so_far - $2::bigint)::bigint AS surplus
  FROM hours WHERE so_far > $2::bigint ORDER BY "jobName", hour DESC
)
SELECT edge."jobName", edge.first AS from, place."finishedAt", place.id FROM edge CROSS JOIN LATERAL (
  SELECT "finishedAt", id FROM "JobRun" j
  WHERE j."jobName" = edge."jobName" AND status = $1::"JobRunStatus" AND "finishedAt" IS NOT NULL AND "finishedAt" >= edge.hour
  ORDER BY "finishedAt", id OFFSET edge.surplus LIMIT 1
) place ORDER BY edge."jobName"`;

/** At most so many rows in one statement. */
const MAX_ROWS = 5_000;
const CLIENT_ERRORS_KEPT = 50_000;

/** Removes runners that ended a week ago; returns how many. A runner that some run still names stays. */
export const removeOldRunners = (sql: Sql): Promise<number> =>
  remove(
    sql,
    `DELETE FROM "Runner" WHERE id IN (
       SELECT id FROM "Runner" r WHERE status IN ('STOPPED', 'LOST')
         AND "lastHeartbeatAt" < clock_timestamp() - interval '${keptDays.runners} days'
         AND NOT EXISTS (SELECT 1 FROM "JobRun" j WHERE j.status = 'RUNNING' AND j."finishedAt" IS NULL AND j."runnerId" = r.id) LIMIT ${MAX_ROWS})`,
  );

const MAX_RUNNER_EVENTS = 50_000;

/**
 * Removes what happened to runners a month ago or before the newest 50,000 events, what was requested of them a month ago, and
 * what they logged a day ago; returns how many rows.
 */
export const removeOldRunnerEvents = async (sql: Sql): Promise<number> => {
  const old = `< (SELECT clock_timestamp() - interval '${keptDays.runnerEvents} days')`;
  const events = `SELECT id FROM "RunnerEvent"
    WHERE at ${old} OR id <= (SELECT id FROM "RunnerEvent" ORDER BY id DESC OFFSET ${MAX_RUNNER_EVENTS} LIMIT 1)
    ORDER BY id LIMIT ${MAX_ROWS}`;
  const lines = `SELECT id FROM "RunnerLogLine" WHERE at < (SELECT clock_timestamp() - interval '24 hours') ORDER BY id LIMIT ${MAX_ROWS}`;
  const commands = `SELECT id FROM "RunnerCommand" WHERE "createdAt" ${old} ORDER BY id LIMIT ${MAX_ROWS}`;
  return (
    (await remove(sql, `DELETE FROM "RunnerEvent" WHERE id IN (${events})`)) +
    (await remove(sql, `DELETE FROM "RunnerCommand" WHERE id IN (${commands})`)) +
    (await remove(sql, `DELETE FROM "RunnerLogLine" WHERE id IN (${lines})`))
  );
};

/** Removes batches that have ended and of which no run is left, nor the one they called back; returns how many. */
export const removeEmptyBatches = (sql: Sql): Promise<number> =>
  remove(
    sql,
    `DELETE FROM "JobRunBatch" WHERE id IN (
       SELECT id FROM "JobRunBatch" b WHERE "finishedAt" IS NOT NULL
         AND NOT EXISTS (SELECT 1 FROM "JobRun" m WHERE m."batchId" = b.id)
         AND NOT EXISTS (SELECT 1 FROM "JobRun" c WHERE c.id = b."callbackRunId") LIMIT ${MAX_ROWS})`,
  );

/** Removes sessions that are over; returns how many. */
export const removeOldSessions = (sql: Sql): Promise<number> =>
  remove(
    sql,
    `DELETE FROM "Session" WHERE id IN (SELECT id FROM "Session" WHERE "expiresAt" < clock_timestamp() LIMIT ${MAX_ROWS})`,
  );

/** Removes errors of browsers that are old or too many; returns how many. */
export const removeOldClientErrors = (sql: Sql): Promise<number> =>
  remove(
    sql,
    `DELETE FROM "ClientError" WHERE id IN (
       SELECT id FROM "ClientError"
       WHERE at < (SELECT clock_timestamp() - interval '${keptDays.clientErrors} days')
         OR id <= (SELECT id FROM "ClientError" ORDER BY id DESC OFFSET ${CLIENT_ERRORS_KEPT} LIMIT 1)
       ORDER BY id LIMIT ${MAX_ROWS})`,
  );

/** Removes audit entries of sign-ins and refusals that are older than `days`; returns how many. The database refuses all others. */
export const removeOldAccessEntries = async (sql: Sql, days: number): Promise<number> => {
  const { rows } = await sql.query<{ removed: number }>('SELECT job_manager_remove_access_entries($1, $2) AS removed', [
    days,
    MAX_ROWS,
  ]);
  return rows[0]?.removed ?? 0;
};

async function remove(sql: Sql, statement: string): Promise<number> {
  return (await sql.query(statement)).rowCount ?? 0;
}
