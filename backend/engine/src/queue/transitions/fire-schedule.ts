import type { Actor } from '@job-manager/client/actor';
import { auditFrom, auditValues } from '@job-manager/client/audit';
import { JOB } from '@job-manager/client/job-as-set';
import { noteFrom } from '@job-manager/client/note';
import type { JobSettings } from '@job-manager/client/request';
import type { JobRunTrigger } from '@job-manager/shared/run';
import type { ScheduleRow } from '../../store/schedules.js';
import type { Sql } from '../../store/sql.js';
import type { FirePlan } from '../schedules/plan.js';
import { auditSchedule } from './audit.js';
import { countEnded } from './count.js';
import { gapFrom, gapValues, keepSkips } from './schedule.js';

export interface Fired {
  /** Runs that were queued. */
  runs: number;
  /** Earlier runs that are running and are requested to stop. */
  requested: string[];
  /** Earlier queued runs that were cancelled. */
  cancelled: number;
}

/**
 * Advances a schedule as planned: queues its runs, stores what is skipped and cancels what they replace. Changes
 * nothing and returns null where the schedule has changed since it was read: another process handled these due times,
 * or it was edited or paused. `settings` are those of its runs where the table of jobs has none; it may be null where
 * the plan has no runs.
 */
export async function fireSchedule(
  sql: Sql,
  schedule: ScheduleRow,
  plan: FirePlan,
  settings: JobSettings | null,
): Promise<Fired | null> {
  const fired = await sql.query<Fired>(FIRE, [
    schedule.id,
    schedule.rev,
    schedule.nextRunAt,
    plan.nextRunAt,
    plan.lastDueAt,
    plan.runs.map(({ dueAt }) => dueAt),
    plan.runs.map(({ isMadeUp }) => isMadeUp),
    ...gapValues(plan.skip),
    settings?.algorithmVersion ?? null,
    settings?.channel ?? null,
    settings?.priority ?? null,
    settings?.maxAttempts ?? null,
    settings?.maxCrashes ?? null,
    settings?.timeoutMs ?? null,
  ]);
  return fired.rows[0] ?? null;
}

// The schedule's row is locked first and used only if unchanged, so that one of several processes continues, and sees
// every run that earlier ones queued. The earlier runs are locked too: the statement waits for one that is just ending,
// which is then no obstacle. Ids are assigned before the rows are written, because runs of one statement may wait for
// one another.
const FIRE = `
WITH mine AS MATERIALIZED (
  SELECT * FROM "Schedule" WHERE id = $1 AND rev = $2 AND "nextRunAt" = $3 AND "pausedAt" IS NULL FOR UPDATE
), active AS MATERIALIZED (
  SELECT j.id, j.status, j."dependsOn", j."cancelRequestedAt" IS NOT NULL AS "isStopping" FROM mine
  JOIN "JobRun" j ON j."scheduleId" = mine.id AND j."finishedAt" IS NULL ORDER BY j.id FOR UPDATE OF j
), due AS MATERIALIZED (
  SELECT d.at, d."isMadeUp", row_number() OVER (ORDER BY d.at) AS n, count(*) OVER () AS most, mine.overlap
  FROM mine, unnest($6::timestamptz[], $7::boolean[]) AS d(at, "isMadeUp")
  WHERE NOT EXISTS (SELECT 1 FROM "JobRun" r WHERE r."scheduleId" = mine.id AND r."dueAt" = d.at)
), judged AS MATERIALIZED (
  -- Runs that make up for missed ones wait in line: "all" means all, and none of them overlaps another.
  SELECT *, "isMadeUp" OR CASE overlap WHEN 'SKIP' THEN n = 1 AND NOT EXISTS (SELECT 1 FROM active)
    WHEN 'CANCEL' THEN n = most ELSE true END AS "isRun"
  FROM due
), way AS MATERIALIZED (
  SELECT mine.overlap = 'CANCEL' AND EXISTS (SELECT 1 FROM judged WHERE "isRun" AND NOT "isMadeUp") AS cancels FROM mine
), earlier AS MATERIALIZED (
  -- The runs that the first new run waits for: the last of each line.
  SELECT id FROM active, way WHERE EXISTS (SELECT 1 FROM judged WHERE "isRun") AND CASE WHEN cancels THEN status = 'RUNNING'
    ELSE id NOT IN (SELECT unnest(a."dependsOn") FROM active a WHERE a."dependsOn" IS NOT NULL) END
), fresh AS MATERIALIZED (
  SELECT at, n, nextval(pg_get_serial_sequence('"JobRun"', 'id')) AS id FROM judged WHERE "isRun" ORDER BY at
), planned AS MATERIALIZED (
  SELECT id, at, coalesce(lag(ARRAY[id]) OVER (ORDER BY at), nullif(ARRAY(SELECT a.id FROM earlier a ORDER BY a.id), '{}')) AS "dependsOn",
    lead(id) OVER (ORDER BY at) IS NOT NULL AS "hasDependents" FROM fresh
), won AS (
  -- Decides if two statements ever come this far with the same due time.
  INSERT INTO "JobRunKey" (scope, "jobName", key, "runId")
  SELECT 'DUE', '', job_manager_due_key(mine.id, planned.at), planned.id FROM mine CROSS JOIN planned
  ON CONFLICT DO NOTHING RETURNING "runId"
), added AS (
  INSERT INTO "JobRun" (id, "jobName", parameters, trigger, "algorithmVersion", channel, priority, "maxAttempts", "maxCrashes",
    "timeoutMs", "triggeredById", "triggeredByTokenId", "scheduleId", "dueAt", "dependsOn", "waitsFor", "isBlocked", "hasDependents")
  -- As the newest version of the job declares, which may be in another process.
  SELECT planned.id, mine."jobName", mine.parameters, 'CRON', coalesce(job."algorithmVersion", $12), coalesce(mine.channel, job.channel, $13),
    coalesce(mine.priority, job.priority, $14), coalesce(job."maxAttempts", $15), coalesce(job."maxCrashes", $16),
    CASE WHEN job.name IS NULL THEN $17 ELSE nullif(job."timeoutMs", 0) END, mine."authorId", mine."authorTokenId", mine.id, planned.at, planned."dependsOn",
    CASE WHEN planned."dependsOn" IS NOT NULL THEN 'FINISHED'::"WaitCondition" END, planned."dependsOn" IS NOT NULL, planned."hasDependents"
  FROM mine CROSS JOIN planned JOIN won ON won."runId" = planned.id LEFT JOIN ${JOB} ON job.name = mine."jobName"
  RETURNING id
), waited AS (
  UPDATE "JobRun" j SET "hasDependents" = true, rev = j.rev + 1
  FROM earlier, active a, way WHERE j.id = earlier.id AND a.id = j.id AND j."finishedAt" IS NULL AND (NOT way.cancels OR a."isStopping")
), cancelled AS (
  UPDATE "JobRun" j
  SET status = CASE j.status WHEN 'QUEUED' THEN 'CANCELLED' ELSE j.status END,
      "finishedAt" = CASE j.status WHEN 'QUEUED' THEN clock_timestamp() END,
      "isBlocked" = false, "hasDependents" = j."hasDependents" OR j.status = 'RUNNING',
      "cancelRequestedAt" = clock_timestamp(), "messageCount" = j."messageCount" + 1, rev = j.rev + 1
  FROM active, way WHERE way.cancels AND j.id = active.id AND j."finishedAt" IS NULL AND NOT active."isStopping"
  RETURNING j.*
), counted AS (${countEnded('cancelled')}
), noted AS (${noteFrom('cancelled', 'INFO', `CASE status WHEN 'CANCELLED' THEN 'Cancelled while queued' ELSE 'Cancel requested' END || ': the next run of its schedule is due'`)}
), gaps AS MATERIALIZED (
  ${gapFrom(8)}
  UNION ALL SELECT min(at), max(at), count(*)::int, 'OVERLAP' FROM judged WHERE NOT "isRun" HAVING count(*) > 0
), ${keepSkips('mine', 'gaps')}
, moved AS (
  UPDATE "Schedule" s SET "nextRunAt" = $4, "lastDueAt" = $5, rev = s.rev + 1, "lastRunId" = coalesce((SELECT max(id) FROM added), s."lastRunId")
  FROM mine WHERE s.id = mine.id RETURNING s.id
)
SELECT (SELECT count(*)::int FROM added) AS runs,
  ARRAY(SELECT id::text FROM cancelled WHERE status = 'RUNNING') AS requested,
  (SELECT count(*)::int FROM cancelled WHERE status = 'CANCELLED') AS cancelled
FROM moved`;

/**
 * Queues a run of a schedule beside its due times; its due time is the time of the request. Returns its id, or null
 * where the schedule was removed, or has a run of the same millisecond.
 */
export async function runSchedule(
  sql: Sql,
  { id, trigger, settings }: { id: string; trigger: JobRunTrigger; settings: JobSettings },
  actor: Actor,
): Promise<string | null> {
  const { algorithmVersion, channel, priority, maxAttempts, maxCrashes, timeoutMs } = settings;
  const given = [id, trigger, algorithmVersion, channel, priority, maxAttempts, maxCrashes, timeoutMs];
  const queued = await sql.query<{ id: string }>(RUN, [...given, ...auditValues(actor)]);
  return queued.rows[0]?.id ?? null;
}

// Raises `rev`, so that a scheduler that read the schedule before reads it again and sees this run.
const RUN = `
WITH mine AS MATERIALIZED (SELECT * FROM "Schedule" WHERE id = $1 FOR UPDATE
), due AS MATERIALIZED (
  SELECT date_trunc('milliseconds', clock_timestamp()) AS at, nextval(pg_get_serial_sequence('"JobRun"', 'id')) AS id FROM mine
), won AS (
  INSERT INTO "JobRunKey" (scope, "jobName", key, "runId")
  SELECT 'DUE', '', job_manager_due_key(mine.id, due.at), due.id FROM mine CROSS JOIN due
  ON CONFLICT DO NOTHING RETURNING "runId"
), added AS (
  INSERT INTO "JobRun" (id, "jobName", parameters, trigger, "algorithmVersion", channel, priority, "maxAttempts", "maxCrashes", "timeoutMs",
    "scheduleId", "dueAt", "triggeredById", "triggeredByTokenId")
  SELECT won."runId", "jobName", parameters, $2::"JobRunTrigger", $3, coalesce(mine.channel, $4), coalesce(mine.priority, $5), $6, $7, $8, mine.id, due.at, $9::int, $13::uuid
  FROM mine CROSS JOIN due CROSS JOIN won
  RETURNING *
), authored AS (
  INSERT INTO "JobRunAuthor" ("runId", "userId", "tokenId") SELECT added.id, "authorId", "authorTokenId" FROM added, mine
  WHERE "authorId" IS NOT NULL OR "authorTokenId" IS NOT NULL
), moved AS (UPDATE "Schedule" s SET "lastRunId" = added.id, rev = s.rev + 1 FROM added WHERE s.id = added."scheduleId"
), audited AS (${auditFrom('added', 'schedule.run', 9, `jsonb_build_object('scheduleId', "scheduleId", 'schedule', (SELECT name FROM mine))`)})
SELECT id FROM added`;

/**
 * Queues a run for each of these due times of a schedule that has none, each behind the one before. Returns their ids
 * in order; null for a removed schedule.
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
), planned AS MATERIALIZED (
  SELECT id, at, lag(ARRAY[id]) OVER (ORDER BY at) AS "dependsOn", lead(id) OVER (ORDER BY at) IS NOT NULL AS "hasDependents" FROM fresh
), added AS (
  INSERT INTO "JobRun" (id, "jobName", parameters, trigger, "algorithmVersion", channel, priority, "maxAttempts", "maxCrashes",
    "timeoutMs", "triggeredById", "triggeredByTokenId", "scheduleId", "dueAt", "dependsOn", "waitsFor", "isBlocked", "hasDependents")
  SELECT planned.id, mine."jobName", mine.parameters, 'CRON', coalesce(job."algorithmVersion", $3), coalesce(mine.channel, job.channel, $4),
    coalesce(mine.priority, job.priority, $5), coalesce(job."maxAttempts", $6), coalesce(job."maxCrashes", $7),
    CASE WHEN job.name IS NULL THEN $8 ELSE nullif(job."timeoutMs", 0) END, $9::int, $13::uuid, mine.id, planned.at, planned."dependsOn",
    CASE WHEN planned."dependsOn" IS NOT NULL THEN 'FINISHED'::"WaitCondition" END, planned."dependsOn" IS NOT NULL, planned."hasDependents"
  FROM mine CROSS JOIN planned LEFT JOIN ${JOB} ON job.name = mine."jobName"
  RETURNING id, "dueAt"
), moved AS (UPDATE "Schedule" s SET rev = s.rev + 1 FROM mine WHERE s.id = mine.id AND EXISTS (SELECT FROM added)
), audited AS (${auditSchedule(
  `(SELECT mine.*, (SELECT count(*) FROM added) AS runs FROM mine WHERE EXISTS (SELECT FROM added)) filled`,
  'schedule.backfill',
  9,
  `jsonb_build_object('runs', runs, 'from', ($2::timestamptz[])[1], 'to', ($2::timestamptz[])[cardinality($2::timestamptz[])])`,
)})
SELECT ARRAY(SELECT id::text FROM added ORDER BY "dueAt") AS ids FROM mine`;
