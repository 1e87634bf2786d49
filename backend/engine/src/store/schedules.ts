import type { JobRunStatus } from '@job-manager/shared/run';
import type { Sql } from './sql.js';

export type SkipReasonRow = 'MISSED' | 'OVERLAP' | 'PAUSED' | 'JOB_GONE';

/** A schedule as PostgreSQL returns it. */
export interface ScheduleRow {
  id: string;
  name: string;
  jobName: string;
  parameters: Record<string, unknown>;
  cron: string | null;
  everyMs: number | null;
  anchorAt: Date;
  timeZone: string;
  missedRuns: 'SKIP' | 'ONCE' | 'ALL';
  overlap: 'SKIP' | 'QUEUE' | 'CANCEL';
  /** Of its runs; null for that of the job. */
  channel: string | null;
  priority: number | null;
  source: 'CODE' | 'API';
  pausedAt: Date | null;
  pausedBy: string | null;
  pauseReason: string | null;
  /** Resumed by itself then. */
  resumeAt: Date | null;
  nextRunAt: Date | null;
  lastDueAt: Date | null;
  lastRunId: string | null;
  createdAt: Date;
  createdBy: string | null;
  rev: number;
}

/** Due times in a row that have no run; times are ISO text, for it comes as JSON. */
export interface SkipRow {
  firstDueAt: string;
  lastDueAt: string;
  dueTimes: number;
  reason: SkipReasonRow;
  at: string;
}

/** A run of a schedule, with ISO text for its time. */
export interface OutcomeRow {
  jobRunId: string;
  status: JobRunStatus;
  dueAt: string;
  durationMs: number | null;
}

export interface ListedScheduleRow extends ScheduleRow {
  /** The latest, the newest first. */
  skips: SkipRow[];
  /** The latest runs, the newest first. */
  outcomes: OutcomeRow[];
}

/** A schedule, what its timing means, and what keeps it from running. */
export interface Schedule extends ListedScheduleRow {
  timing: string;
  problem: string | null;
  /** A fingerprint of its settings, independent of its runs and pauses. */
  settingsRev: string;
}

const COLUMNS = `s.id, s.name, s."jobName", s.parameters, s.cron, s."everyMs"::float8 AS "everyMs", s."anchorAt", s."timeZone",
  s."missedRuns", s.overlap, s.channel, s.priority, s.source, s."pausedAt", s."pausedBy", s."pauseReason", s."resumeAt", s."nextRunAt", s."lastDueAt", s."lastRunId",
  s."createdAt", s."createdBy", s.rev`;

const SKIPS_SHOWN = 10;
const SKIPS = `(SELECT coalesce(json_agg(k ORDER BY k.id DESC), '[]') FROM (
    SELECT * FROM "ScheduleSkip" k WHERE k."scheduleId" = s.id ORDER BY k.id DESC LIMIT ${SKIPS_SHOWN}) k)`;

const OUTCOMES_SHOWN = 20;
const OUTCOMES = `(SELECT coalesce(json_agg(json_build_object('jobRunId', o.id::text, 'status', o.status, 'dueAt', o."dueAt", 'durationMs', o."durationMs")
    ORDER BY o."dueAt" DESC), '[]') FROM (
    SELECT id, status, "dueAt", "durationMs" FROM "JobRun" r WHERE r."scheduleId" = s.id ORDER BY r."dueAt" DESC LIMIT ${OUTCOMES_SHOWN}) o)`;

/** Reads ListedScheduleRow columns from `source`, a table or a CTE with the columns of Schedule. */
export const selectSchedules = (source: string): string =>
  `SELECT ${COLUMNS}, ${SKIPS} AS skips, ${OUTCOMES} AS outcomes FROM ${source} s`;

/** All schedules: those that come due first, then those that are paused. */
export async function listSchedules(sql: Sql): Promise<ListedScheduleRow[]> {
  const found = await sql.query<ListedScheduleRow>(
    `${selectSchedules('"Schedule"')} ORDER BY s."pausedAt" IS NOT NULL, s."nextRunAt" NULLS LAST, s.name`,
  );
  return found.rows;
}

/** One schedule; null for none of that id. */
export async function findSchedule(sql: Sql, id: string): Promise<ListedScheduleRow | null> {
  const found = await sql.query<ListedScheduleRow>(`${selectSchedules('"Schedule"')} WHERE s.id = $1`, [id]);
  return found.rows[0] ?? null;
}

export interface ScheduledRunRow {
  jobRunId: string;
  status: JobRunStatus;
  dueAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
  durationMs: number | null;
}

/** Runs of a schedule due before a time (null for all), the last due first, at most `limit`. */
export async function readScheduleRuns(
  sql: Sql,
  id: string,
  { before, limit }: { before: Date | null; limit: number },
): Promise<ScheduledRunRow[]> {
  const found = await sql.query<ScheduledRunRow>(
    `SELECT id::text AS "jobRunId", status, "dueAt", "startedAt", "finishedAt", "durationMs"::float8 AS "durationMs" FROM "JobRun"
     WHERE "scheduleId" = $1 AND "dueAt" < coalesce($2, 'infinity'::timestamptz) ORDER BY "dueAt" DESC LIMIT $3`,
    [id, before, limit],
  );
  return found.rows;
}

/** The schedules of these jobs, and those of these names. */
export async function listKnownSchedules(sql: Sql, jobNames: string[], names: string[]): Promise<ScheduleRow[]> {
  const found = await sql.query<ScheduleRow>(
    `SELECT ${COLUMNS} FROM "Schedule" s WHERE s."jobName" = ANY($1) OR s.name = ANY($2) ORDER BY s.name`,
    [jobNames, names],
  );
  return found.rows;
}

/** The database's clock, which decides what is due. */
export async function readClock(sql: Sql): Promise<Date> {
  const read = await sql.query<{ now: Date }>('SELECT clock_timestamp() AS now');
  const [row] = read.rows;
  if (!row) throw new Error('The database has no clock');
  return row.now;
}

/** A schedule that comes due. */
export type DueSchedule = ScheduleRow & { nextRunAt: Date };
/** A schedule that comes due, or whose pause ends. */
export type WakingSchedule = ScheduleRow & { wakesAt: Date };

/** The time by the clock, or the one that is given, and what comes due, or whose pause ends, within so long after it, the first first. */
export async function readDueSchedules(
  sql: Sql,
  withinMs: number,
  at: Date | null = null,
): Promise<{ now: Date; schedules: WakingSchedule[] }> {
  const found = await sql.query<{ now: Date } & (WakingSchedule | { id: null })>(
    `WITH moment AS MATERIALIZED (SELECT coalesce($2::timestamptz, clock_timestamp()) AS now)
     SELECT moment.now, due.* FROM moment LEFT JOIN LATERAL (
       SELECT ${COLUMNS}, s."nextRunAt" AS "wakesAt" FROM "Schedule" s WHERE s."nextRunAt" <= moment.now + $1 * interval '1 ms' AND s."pausedAt" IS NULL
       UNION ALL
       SELECT ${COLUMNS}, s."resumeAt" FROM "Schedule" s WHERE s."resumeAt" <= moment.now + $1 * interval '1 ms'
     ) due ON true ORDER BY due."wakesAt", due.id`,
    [withinMs, at],
  );
  const [first] = found.rows;
  if (!first) throw new Error('The database has no clock');
  return { now: first.now, schedules: found.rows.filter((row) => row.id !== null) };
}

const SKIPS_KEPT = 1_000;
const MAX_ROWS = 5_000;

/** Removes skipped due times beyond the latest of each schedule; returns how many stretches. */
export async function removeOldSkips(sql: Sql): Promise<number> {
  const removed = await sql.query(
    `DELETE FROM "ScheduleSkip" WHERE id IN (
       SELECT k.id FROM "Schedule" s CROSS JOIN LATERAL (
         SELECT id FROM "ScheduleSkip" WHERE "scheduleId" = s.id ORDER BY id DESC OFFSET ${SKIPS_KEPT}) k LIMIT ${MAX_ROWS})`,
  );
  return removed.rowCount ?? 0;
}
