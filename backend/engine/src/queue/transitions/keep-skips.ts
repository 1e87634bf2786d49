import type { SkippedStretch } from '../schedules/plan.js';

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
