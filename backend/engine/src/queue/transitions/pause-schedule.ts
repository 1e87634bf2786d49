import type { Actor } from '@job-manager/client/actor';
import { auditValues } from '@job-manager/client/audit';
import { type ListedScheduleRow, type ScheduleRow, selectSchedules } from '../../store/schedules.js';
import type { Sql } from '../../store/sql.js';
import type { SkippedStretch } from '../schedules/plan.js';
import { auditSchedule } from './audit-schedule.js';
import { gapFrom, gapValues, keepSkips } from './keep-skips.js';
import type { Pause } from './pause-named.js';

/** Lets a schedule come due no more. Returns null, and changes nothing, where it is paused already or gone. */
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
 * Lets a paused schedule come due again, from `nextRunAt` on; `skip` are the due times that passed meanwhile. Returns
 * false, and changes nothing, where it isn't as it was read any more.
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
