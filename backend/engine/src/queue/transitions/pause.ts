import type { Actor } from '@job-manager/client/actor';
import { auditValues } from '@job-manager/client/audit';
import { isPaused } from '../../store/lanes.js';
import type { Sql } from '../../store/sql.js';
import { auditNamed, pauseFacts } from './audit.js';

export interface Pause {
  reason: string | null;
  /** Resumes automatically at this time. */
  resumeAt: Date | null;
}

/** A pause as a call of the API requests it. */
export const pauseOf = ({ reason, resumeAt }: { reason?: string; resumeAt?: string }): Pause => ({
  reason: reason || null,
  resumeAt: resumeAt === undefined ? null : new Date(resumeAt),
});

/** A table of settings: a row of it, found by its name `$1`, is made by the first change. */
interface Settings {
  table: string;
  /** The column with the name. */
  key: string;
}

/** The row as it is before a change, locked, as a CTE with the name `before`; none where nothing was ever changed. */
export const lockedBefore = ({ table, key }: Settings): string =>
  `before AS MATERIALIZED (SELECT * FROM ${table} WHERE ${key} = $1::varchar FOR UPDATE)`;

/**
 * Pauses a row of settings, also one that is paused already; false, without a change, for a `resumeAt` that has passed.
 */
export function pausing(settings: Settings, subject: 'channel' | 'job') {
  const { table, key } = settings;
  const text = `
WITH ${lockedBefore(settings)}, moment AS MATERIALIZED (SELECT clock_timestamp() AS at FROM (SELECT count(*) FROM before) locked
), paused AS (
  INSERT INTO ${table} (${key}, "pausedAt", "pausedBy", "pauseReason", "resumeAt")
  SELECT $1::varchar, at, left($5::text, 254), $2::text, $3::timestamptz FROM moment WHERE $3::timestamptz IS NULL OR $3::timestamptz > at
  ON CONFLICT (${key}) DO UPDATE
  SET "pausedAt" = EXCLUDED."pausedAt", "pausedBy" = EXCLUDED."pausedBy", "pauseReason" = EXCLUDED."pauseReason",
      "resumeAt" = EXCLUDED."resumeAt", "updatedAt" = clock_timestamp()
  RETURNING *
), audited AS (${auditNamed(
    `(SELECT paused.${key} AS name, ${pauseFacts('before')} AS before, ${pauseFacts('paused')} AS after FROM paused LEFT JOIN before ON true) change`,
    `${subject}.pause`,
    4,
    `jsonb_build_object('before', before, 'after', after)`,
  )})
SELECT ${key} FROM paused`;
  return async (sql: Sql, name: string, pause: Pause, actor: Actor): Promise<boolean> =>
    (await sql.query(text, [name, pause.reason, pause.resumeAt, ...auditValues(actor)])).rows.length > 0;
}

/** Resumes a row of settings; false, without a change, where it isn't paused. */
export function resuming(settings: Settings, subject: 'channel' | 'job') {
  const { table, key } = settings;
  const text = `
WITH ${lockedBefore(settings)}, resumed AS (
  UPDATE ${table} s SET "pausedAt" = NULL, "pausedBy" = NULL, "pauseReason" = NULL, "resumeAt" = NULL, "updatedAt" = clock_timestamp()
  FROM before WHERE s.${key} = before.${key} AND ${isPaused('before', 'clock_timestamp()')}
  RETURNING s.${key}
), audited AS (${auditNamed(
    `(SELECT resumed.${key} AS name, ${pauseFacts('before')} AS before FROM resumed CROSS JOIN before) change`,
    `${subject}.resume`,
    2,
    `jsonb_build_object('before', before, 'after', '{}'::jsonb)`,
  )})
SELECT ${key} FROM resumed`;
  return async (sql: Sql, name: string, actor: Actor): Promise<boolean> =>
    (await sql.query(text, [name, ...auditValues(actor)])).rows.length > 0;
}
