import type { Actor } from '@job-manager/client/actor';
import { auditValues } from '@job-manager/client/audit';
import { jsonText } from '@job-manager/client/json-value';
import type { ScheduleSettings } from '@job-manager/shared/contract/schedules';
import { type ListedScheduleRow, type ScheduleRow, selectSchedules } from '../../store/schedules.js';
import type { Sql } from '../../store/sql.js';
import type { SkippedStretch } from '../schedules/plan.js';
import { auditSchedule, SETTINGS } from './audit.js';
import type { Pause } from './pause.js';

/** A stretch of due times without a run as rows for `keepSkips`: none, or one. Its four values start at `$first`. */
export const gapFrom = (first: number): string =>
  `SELECT $${first}::timestamptz AS "firstDueAt", $${first + 1}::timestamptz AS "lastDueAt", $${first + 2}::int AS "dueTimes",
     $${first + 3}::"ScheduleSkipReason" AS reason WHERE $${first}::timestamptz IS NOT NULL`;

/** The values that `gapFrom` takes. */
export const gapValues = (skip: SkippedStretch | null): unknown[] => [
  skip?.firstDueAt ?? null,
  skip?.lastDueAt ?? null,
  skip?.dueTimes ?? null,
  skip?.reason ?? null,
];

/**
 * Keeps stretches of due times that have no run, as CTEs in the statement that moves the schedule on. `gaps` has them,
 * `mine` has the schedule as it was. A stretch that begins where the last one ended, for the same reason, makes that
 * one longer: a run that takes a night leaves one row rather than hundreds.
 */
export const keepSkips = (mine: string, gaps: string): string => `
latest AS MATERIALIZED (
  SELECT k.id, k.reason FROM ${mine} m CROSS JOIN LATERAL (
    SELECT * FROM "ScheduleSkip" WHERE "scheduleId" = m.id ORDER BY id DESC LIMIT 1) k WHERE k."lastDueAt" = m."lastDueAt"
), extended AS (
  UPDATE "ScheduleSkip" k SET "lastDueAt" = g."lastDueAt", "dueTimes" = k."dueTimes" + g."dueTimes"
  FROM latest, ${gaps} g, ${mine} m WHERE k.id = latest.id AND g.reason = latest.reason AND g."firstDueAt" = m."nextRunAt"
  RETURNING g."firstDueAt"
), skipped AS (
  INSERT INTO "ScheduleSkip" ("scheduleId", "firstDueAt", "lastDueAt", "dueTimes", reason)
  SELECT m.id, g."firstDueAt", g."lastDueAt", g."dueTimes", g.reason FROM ${mine} m, ${gaps} g
  WHERE g."firstDueAt" NOT IN (SELECT "firstDueAt" FROM extended) ORDER BY g."firstDueAt"
)`;

/** The settings of a schedule, and when it comes due by them. */
export interface TimedSettings {
  settings: ScheduleSettings;
  anchorAt: Date;
  nextRunAt: Date | null;
}

/** More would be a mistake of a program that creates them. */
export const MAX_SCHEDULES = 1_000;

/** Adds a schedule; null where its name is taken, or there are MAX_SCHEDULES. */
export async function addSchedule(
  sql: Sql,
  timed: TimedSettings,
  source: ScheduleRow['source'],
  actor: Actor,
): Promise<ListedScheduleRow | null> {
  const values = [...settingsValues(timed), source, ...auditValues(actor)];
  const added = await sql.query<ListedScheduleRow>(ADD, values);
  return added.rows[0] ?? null;
}

/**
 * Gives a schedule other settings. `skip` are the due times of its old timing that have passed and were not handled.
 * Changes nothing and returns false where the schedule has changed since it was read. A pause stays.
 */
export async function changeSchedule(
  sql: Sql,
  schedule: Pick<ScheduleRow, 'id' | 'rev'>,
  timed: TimedSettings,
  skip: SkippedStretch | null,
  actor: Actor,
): Promise<boolean> {
  const values = [...settingsValues(timed), schedule.id, schedule.rev, ...gapValues(skip), ...auditValues(actor)];
  return (await sql.query(CHANGE, values)).rowCount === 1;
}

/** Removes a schedule with its stored data; its runs stay. False where it has changed since it was read. */
export async function removeSchedule(sql: Sql, schedule: ScheduleRow, actor: Actor): Promise<boolean> {
  const removed = await sql.query(REMOVE, [schedule.id, schedule.rev, ...auditValues(actor)]);
  return removed.rowCount === 1;
}

const settingsValues = ({ settings, anchorAt, nextRunAt }: TimedSettings): unknown[] => [
  settings.name,
  settings.jobName,
  jsonText(settings.parameters, 'parameters'),
  settings.cron ?? null,
  settings.everyMs ?? null,
  settings.timeZone,
  anchorAt,
  settings.missed.toUpperCase(),
  settings.overlap.toUpperCase(),
  nextRunAt,
  settings.channel ?? null,
  settings.priority ?? null,
];

const ADD = `
WITH added AS (
  INSERT INTO "Schedule" (name, "jobName", parameters, cron, "everyMs", "timeZone", "anchorAt", "missedRuns", overlap, "nextRunAt", channel, priority, source,
    "createdBy", "authorId", "authorTokenId")
  SELECT $1, $2, $3::jsonb, $4, $5::bigint, $6, $7::timestamptz, $8::"MissedRuns", $9::"Overlap", $10::timestamptz, $11, $12::smallint, $13::"ScheduleSource",
    left($15::text, 254), $14::int, $18::uuid
  WHERE (SELECT count(*) FROM "Schedule") < ${MAX_SCHEDULES}
  ON CONFLICT (name) DO NOTHING
  RETURNING *
), audited AS (${auditSchedule('added', 'schedule.create', 14, SETTINGS)})
${selectSchedules('added')}`;

const CHANGE = `
WITH mine AS MATERIALIZED (SELECT * FROM "Schedule" WHERE id = $13 AND rev = $14 FOR UPDATE
), gaps AS MATERIALIZED (${gapFrom(15)}
), ${keepSkips('mine', 'gaps')}
, changed AS (
  UPDATE "Schedule" s
  SET name = $1, "jobName" = $2, parameters = $3::jsonb, cron = $4, "everyMs" = $5::bigint, "timeZone" = $6, "anchorAt" = $7,
      "missedRuns" = $8::"MissedRuns", overlap = $9::"Overlap", "nextRunAt" = $10, channel = $11, priority = $12::smallint,
      "lastDueAt" = coalesce($16::timestamptz, s."lastDueAt"), "authorId" = $19::int, "authorTokenId" = $23::uuid, rev = s.rev + 1
  FROM mine WHERE s.id = mine.id RETURNING s.*
), audited AS (${auditSchedule('changed', 'schedule.change', 19, SETTINGS)})
SELECT id FROM changed`;

const REMOVE = `
WITH removed AS (DELETE FROM "Schedule" WHERE id = $1 AND rev = $2 RETURNING *
), forgotten AS (DELETE FROM "ScheduleSkip" k USING removed WHERE k."scheduleId" = removed.id
), audited AS (${auditSchedule('removed', 'schedule.remove', 3, SETTINGS)})
SELECT id FROM removed`;

/** Pauses a schedule. Returns null, and changes nothing, where it is paused already or was removed. */
export async function pauseSchedule(
  sql: Sql,
  id: string,
  { reason, resumeAt }: Pause,
  actor: Actor,
): Promise<ListedScheduleRow | null> {
  const paused = await sql.query<ListedScheduleRow>(PAUSE, [id, reason, resumeAt, ...auditValues(actor)]);
  return paused.rows[0] ?? null;
}

/**
 * Resumes a paused schedule, from `nextRunAt` on; `skip` are the due times that passed meanwhile. Returns false, and
 * changes nothing, where it has changed since it was read.
 */
export async function resumeSchedule(
  sql: Sql,
  schedule: Pick<ScheduleRow, 'id' | 'rev'>,
  { nextRunAt, skip }: { nextRunAt: Date | null; skip: SkippedStretch | null },
  actor: Actor,
): Promise<boolean> {
  const values = [schedule.id, schedule.rev, nextRunAt, ...gapValues(skip), ...auditValues(actor)];
  return (await sql.query(RESUME, values)).rowCount === 1;
}

const PAUSE = `
WITH paused AS (
  UPDATE "Schedule" SET "pausedAt" = clock_timestamp(), "pausedBy" = left($5::text, 254), "pauseReason" = $2, "resumeAt" = $3::timestamptz, rev = rev + 1
  WHERE id = $1 AND "pausedAt" IS NULL AND ($3::timestamptz IS NULL OR $3::timestamptz > clock_timestamp()) RETURNING *
), audited AS (${auditSchedule('paused', 'schedule.pause', 4, `jsonb_strip_nulls(jsonb_build_object('reason', "pauseReason", 'resumeAt', "resumeAt"))`)})
${selectSchedules('paused')}`;

const RESUME = `
WITH mine AS MATERIALIZED (SELECT * FROM "Schedule" WHERE id = $1 AND rev = $2 AND "pausedAt" IS NOT NULL FOR UPDATE
), gaps AS MATERIALIZED (${gapFrom(4)}
), ${keepSkips('mine', 'gaps')}
, resumed AS (
  UPDATE "Schedule" s
  SET "pausedAt" = NULL, "pausedBy" = NULL, "pauseReason" = NULL, "resumeAt" = NULL, "nextRunAt" = $3, "lastDueAt" = coalesce($5::timestamptz, s."lastDueAt"), rev = s.rev + 1
  FROM mine WHERE s.id = mine.id RETURNING s.*
), audited AS (${auditSchedule('resumed', 'schedule.resume', 8)})
SELECT id FROM resumed`;
