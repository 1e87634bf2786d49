import type { createPool } from '@job-manager/engine/database/client';
import { removeRuns } from '@job-manager/engine/queue/transitions/prune';
import { SAMPLE_ROW } from './sample-rows.js';
import { SAMPLE_SCHEDULES } from './schedules.js';

type Pool = Pick<ReturnType<typeof createPool>, 'query'>;

export interface RemovedHistory {
  /** Rows removed, by what they are. */
  removed: Record<'runs' | 'batches' | 'schedules' | 'channels' | 'tokens' | 'runners' | 'people', number>;
  /** What stays, and why: it has been changed, or is in use. */
  kept: string[];
}

const RUNS_AT_ONCE = 2_000;

/**
 * Removes what `writeHistory` has invented, and nothing else: a schedule or channel whose settings were changed stays,
 * as does a channel in which runs wait or run, and a run whose results another one is yet to read. Safe beside a running
 * server, and to be repeated.
 */
export async function removeHistory(pool: Pool): Promise<RemovedHistory> {
  const runs = await removeSampleRuns(pool);
  const removed = {
    runs,
    batches: await removeMarked(pool, 'batch', BATCHES),
    schedules: await removeMarked(pool, 'schedule', SCHEDULES, [JSON.stringify(SAMPLE_SCHEDULES)]),
    channels: await removeMarked(pool, 'channel', CHANNELS),
    tokens: await removeMarked(pool, 'token', TOKENS),
    runners: await removeMarked(pool, 'runner', RUNNERS),
    people: await removeMarked(pool, 'person', PEOPLE),
  };
  await pool.query(FORGET_SKIPS);
  return { removed, kept: await describeKept(pool) };
}

async function removeSampleRuns(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ id: string }>(
    `SELECT id FROM ${SAMPLE_ROW} WHERE kind = 'run' ORDER BY id::bigint`,
  );
  let runs = 0;
  for (let start = 0; start < rows.length; start += RUNS_AT_ONCE) {
    runs += await removeRuns(
      pool,
      rows.slice(start, start + RUNS_AT_ONCE).map(({ id }) => id),
    );
  }
  return runs;
}

/** Removes the marked rows of one kind. */
async function removeMarked(
  pool: Pool,
  kind: string,
  { table, key, where }: Marked,
  values: unknown[] = [],
): Promise<number> {
  const marked = `SELECT id FROM ${SAMPLE_ROW} WHERE kind = '${kind}'`;
  const deleted = await pool.query(
    `DELETE FROM "${table}" t WHERE t.${key}::text IN (${marked})${where ? ` AND ${where}` : ''}`,
    values,
  );
  return deleted.rowCount ?? 0;
}

interface Marked {
  table: string;
  key: string;
  /** Further conditions over the row `t`. */
  where?: string;
}

const BATCHES: Marked = {
  table: 'JobRunBatch',
  key: 'id',
  where: 'NOT EXISTS (SELECT FROM "JobRun" r WHERE r."batchId" = t.id)',
};
// Paused or resumed is no change of a schedule: one that was tried is still the sample's.
const SCHEDULES: Marked = {
  table: 'Schedule',
  key: 'id',
  where: `t."everyMs" IS NULL AND t.parameters = '{}' AND t."timeZone" = 'UTC' AND t."missedRuns" = 'SKIP' AND t.overlap = 'SKIP'
    AND EXISTS (SELECT FROM jsonb_to_recordset($1) s (name text, "jobName" text, cron text)
      WHERE (s.name, s."jobName", s.cron) = (t.name, t."jobName", t.cron))`,
};
const FORGET_SKIPS = `
DELETE FROM "ScheduleSkip" k USING ${SAMPLE_ROW} m WHERE m.kind = 'schedule' AND m.id = k."scheduleId"::text
  AND NOT EXISTS (SELECT FROM "Schedule" s WHERE s.id = k."scheduleId")`;
const CHANNELS: Marked = {
  table: 'Channel',
  key: 'name',
  where: `t.rev = 0 AND NOT EXISTS (SELECT FROM "JobRun" r WHERE r.channel = t.name AND r.status IN ('QUEUED', 'RUNNING'))`,
};
const TOKENS: Marked = { table: 'ApiToken', key: 'id', where: 't."revokedAt" IS NOT NULL' };
const RUNNERS: Marked = { table: 'Runner', key: 'id' };
const PEOPLE: Marked = {
  table: 'User',
  key: 'id',
  where: `t.role = 'USER' AND t."accessRoleId" IS NULL AND t."passwordHash" IS NULL AND t."externalId" IS NULL`,
};

/** Removes the marks of what is gone, and names the rest. */
async function describeKept(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ kept: string }>(KEPT);
  return rows.map(({ kept }) => kept);
}

const KEPT = `
WITH gone AS (
  DELETE FROM ${SAMPLE_ROW} m WHERE CASE kind
    WHEN 'run' THEN NOT EXISTS (SELECT FROM "JobRun" r WHERE r.id = m.id::bigint)
    WHEN 'batch' THEN NOT EXISTS (SELECT FROM "JobRunBatch" b WHERE b.id = m.id::bigint)
    WHEN 'schedule' THEN NOT EXISTS (SELECT FROM "Schedule" s WHERE s.id = m.id::uuid)
    WHEN 'channel' THEN NOT EXISTS (SELECT FROM "Channel" c WHERE c.name = m.id)
    WHEN 'token' THEN NOT EXISTS (SELECT FROM "ApiToken" t WHERE t.id = m.id::uuid)
    WHEN 'person' THEN NOT EXISTS (SELECT FROM "User" u WHERE u.id = m.id::int)
    ELSE true END RETURNING kind, id
)
SELECT kind || ' ' || coalesce((SELECT name FROM "Schedule" s WHERE kind = 'schedule' AND s.id::text = m.id), id) AS kept
FROM ${SAMPLE_ROW} m WHERE (kind, id) NOT IN (SELECT kind, id FROM gone) ORDER BY 1`;
