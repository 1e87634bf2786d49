import type { Actor } from '@job-manager/client/actor';
import { auditFrom, auditValues } from '@job-manager/client/audit';
import type { JobSettings } from '@job-manager/client/request';
import type { JobRunTrigger } from '@job-manager/shared/run';
import type { Sql } from '../../store/sql.js';

/**
 * Queues a run of a schedule beside its due times; what it is due at is the moment it was asked for. Returns its id,
 * or null where the schedule is gone, or has a run of this very millisecond.
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

// `rev` is raised, so that a scheduler that read the schedule before reads it again and sees this run.
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
