import type { Actor } from '@job-manager/client/actor';
import { auditValues } from '@job-manager/client/audit';
import { JOB } from '@job-manager/client/job-as-set';
import type { JobSettings } from '@job-manager/client/request';
import type { Sql } from '../../store/sql.js';
import { auditSchedule } from './audit-schedule.js';

/**
 * Queues a run for each of these due times of a schedule that has none, each behind the one before. Returns their ids in
 * order; null for a schedule that is gone.
 */
export async function backfillSchedule(
  sql: Sql,
  { id, times, settings }: { id: string; times: Date[]; settings: JobSettings },
  actor: Actor,
): Promise<string[] | null> {
  const { algorithmVersion, channel, priority, maxAttempts, maxCrashes, timeoutMs } = settings;
  const own = [algorithmVersion, channel, priority, maxAttempts, maxCrashes, timeoutMs];
  const { rows } = await sql.query<{ ids: string[] }>(BACKFILL, [id, times, ...own, ...auditValues(actor)]);
  return rows[0]?.ids ?? null;
}

/** Which of these due times of a schedule have a run already. */
export async function readTakenTimes(sql: Sql, id: string, times: Date[]): Promise<Set<number>> {
  const { rows } = await sql.query<{ dueAt: Date }>(
    'SELECT "dueAt" FROM "JobRun" WHERE "scheduleId" = $1 AND "dueAt" = ANY($2::timestamptz[])',
    [id, times],
  );
  return new Set(rows.map(({ dueAt }) => dueAt.getTime()));
}

// As when a schedule comes due: its row is locked first, so that none of two that come at once queues a time twice.
const BACKFILL = `
WITH mine AS MATERIALIZED (SELECT * FROM "Schedule" WHERE id = $1 FOR UPDATE
), due AS MATERIALIZED (
  SELECT d.at FROM mine, unnest($2::timestamptz[]) AS d(at)
  WHERE NOT EXISTS (SELECT 1 FROM "JobRun" r WHERE r."scheduleId" = mine.id AND r."dueAt" = d.at)
), fresh AS MATERIALIZED (
  SELECT at, nextval(pg_get_serial_sequence('"JobRun"', 'id')) AS id FROM due ORDER BY at
), placed AS MATERIALIZED (
  SELECT id, at, lag(ARRAY[id]) OVER (ORDER BY at) AS "dependsOn", lead(id) OVER (ORDER BY at) IS NOT NULL AS "hasDependents" FROM fresh
), added AS (
  INSERT INTO "JobRun" (id, "jobName", parameters, trigger, "algorithmVersion", channel, priority, "maxAttempts", "maxCrashes",
    "timeoutMs", "triggeredById", "triggeredByTokenId", "scheduleId", "dueAt", "dependsOn", "waitsFor", "isBlocked", "hasDependents")
  SELECT placed.id, mine."jobName", mine.parameters, 'CRON', coalesce(job."algorithmVersion", $3), coalesce(mine.channel, job.channel, $4),
    coalesce(mine.priority, job.priority, $5), coalesce(job."maxAttempts", $6), coalesce(job."maxCrashes", $7),
    CASE WHEN job.name IS NULL THEN $8 ELSE nullif(job."timeoutMs", 0) END, $9::int, $13::uuid, mine.id, placed.at, placed."dependsOn",
    CASE WHEN placed."dependsOn" IS NOT NULL THEN 'FINISHED'::"WaitCondition" END, placed."dependsOn" IS NOT NULL, placed."hasDependents"
  FROM mine CROSS JOIN placed LEFT JOIN ${JOB} ON job.name = mine."jobName"
  RETURNING id, "dueAt"
), moved AS (UPDATE "Schedule" s SET rev = s.rev + 1 FROM mine WHERE s.id = mine.id AND EXISTS (SELECT FROM added)
), audited AS (${auditSchedule(
  `(SELECT mine.*, (SELECT count(*) FROM added) AS runs FROM mine WHERE EXISTS (SELECT FROM added)) filled`,
  'schedule.backfill',
  9,
  `jsonb_build_object('runs', runs, 'from', ($2::timestamptz[])[1], 'to', ($2::timestamptz[])[cardinality($2::timestamptz[])])`,
)})
SELECT ARRAY(SELECT id::text FROM added ORDER BY "dueAt") AS ids FROM mine`;
