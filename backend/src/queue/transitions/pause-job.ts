import { isPaused } from '../../store/lanes.js';
import type { Sql } from '../../store/sql.js';
import type { Actor } from '../queue.js';
import { auditValues } from './audit.js';
import { auditNamed, pauseSaid } from './audit-named.js';
import type { Pause } from './pause-channel.js';

/**
 * Lets no run of a job start, once runners know of it; one that is paused is paused anew. False, and nothing, for a
 * `resumeAt` that has passed.
 */
export async function pauseJob(sql: Sql, jobName: string, pause: Pause, actor: Actor): Promise<boolean> {
  const paused = await sql.query(PAUSE, [jobName, pause.reason, pause.resumeAt, ...auditValues(actor)]);
  return paused.rows.length > 0;
}

/** Lets a paused job go on. False, and nothing, where it isn't paused. */
export async function resumeJob(sql: Sql, jobName: string, actor: Actor): Promise<boolean> {
  const resumed = await sql.query(RESUME, [jobName, ...auditValues(actor)]);
  return resumed.rows.length > 0;
}

const BEFORE = `before AS MATERIALIZED (SELECT * FROM "JobSettings" WHERE "jobName" = $1::varchar FOR UPDATE)`;

const PAUSE = `
WITH ${BEFORE}, moment AS MATERIALIZED (SELECT clock_timestamp() AS at FROM (SELECT count(*) FROM before) locked
), paused AS (
  INSERT INTO "JobSettings" ("jobName", "pausedAt", "pausedBy", "pauseReason", "resumeAt")
  SELECT $1::varchar, at, left($5::text, 254), $2::text, $3::timestamptz FROM moment WHERE $3::timestamptz IS NULL OR $3::timestamptz > at
  ON CONFLICT ("jobName") DO UPDATE
  SET "pausedAt" = EXCLUDED."pausedAt", "pausedBy" = EXCLUDED."pausedBy", "pauseReason" = EXCLUDED."pauseReason",
      "resumeAt" = EXCLUDED."resumeAt", "updatedAt" = clock_timestamp()
  RETURNING *
), audited AS (${auditNamed(
  `(SELECT paused."jobName" AS name, ${pauseSaid('before')} AS before, ${pauseSaid('paused')} AS after FROM paused LEFT JOIN before ON true) said`,
  'job.pause',
  4,
  `jsonb_build_object('before', before, 'after', after)`,
)})
SELECT "jobName" FROM paused`;

const RESUME = `
WITH ${BEFORE}, resumed AS (
  UPDATE "JobSettings" s SET "pausedAt" = NULL, "pausedBy" = NULL, "pauseReason" = NULL, "resumeAt" = NULL, "updatedAt" = clock_timestamp()
  FROM before WHERE s."jobName" = before."jobName" AND ${isPaused('before', 'clock_timestamp()')}
  RETURNING s."jobName"
), audited AS (${auditNamed(
  `(SELECT resumed."jobName" AS name, ${pauseSaid('before')} AS before FROM resumed CROSS JOIN before) said`,
  'job.resume',
  2,
  `jsonb_build_object('before', before, 'after', '{}'::jsonb)`,
)})
SELECT "jobName" FROM resumed`;
