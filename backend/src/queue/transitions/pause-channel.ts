import { isPaused } from '../../store/lanes.js';
import type { Sql } from '../../store/sql.js';
import type { Actor } from '../queue.js';
import { auditValues } from './audit.js';
import { auditNamed, pauseSaid } from './audit-named.js';

export interface Pause {
  reason: string | null;
  /** Goes on by itself then. */
  resumeAt: Date | null;
}

/** A pause as a call of the API asks for it. */
export const pauseOf = ({ reason, resumeAt }: { reason?: string; resumeAt?: string }): Pause => ({
  reason: reason || null,
  resumeAt: resumeAt === undefined ? null : new Date(resumeAt),
});

/** Lets nothing more start in a channel; one that is paused is paused anew. False, and nothing, for a `resumeAt` that has passed. */
export async function pauseChannel(sql: Sql, name: string, pause: Pause, actor: Actor): Promise<boolean> {
  const paused = await sql.query(PAUSE, [name, pause.reason, pause.resumeAt, ...auditValues(actor)]);
  return paused.rows.length > 0;
}

/** Lets a paused channel go on. False, and nothing, where it isn't paused. */
export async function resumeChannel(sql: Sql, name: string, actor: Actor): Promise<boolean> {
  const resumed = await sql.query(RESUME, [name, ...auditValues(actor)]);
  return resumed.rows.length > 0;
}

const BEFORE = `before AS MATERIALIZED (SELECT * FROM "Channel" WHERE name = $1::varchar FOR UPDATE)`;

const PAUSE = `
WITH ${BEFORE}, moment AS MATERIALIZED (SELECT clock_timestamp() AS at FROM (SELECT count(*) FROM before) locked
), paused AS (
  INSERT INTO "Channel" (name, "pausedAt", "pausedBy", "pauseReason", "resumeAt")
  SELECT $1::varchar, at, left($5::text, 254), $2::text, $3::timestamptz FROM moment WHERE $3::timestamptz IS NULL OR $3::timestamptz > at
  ON CONFLICT (name) DO UPDATE
  SET "pausedAt" = EXCLUDED."pausedAt", "pausedBy" = EXCLUDED."pausedBy", "pauseReason" = EXCLUDED."pauseReason",
      "resumeAt" = EXCLUDED."resumeAt", "updatedAt" = clock_timestamp()
  RETURNING *
), audited AS (${auditNamed(
  `(SELECT paused.name, ${pauseSaid('before')} AS before, ${pauseSaid('paused')} AS after FROM paused LEFT JOIN before ON true) said`,
  'channel.pause',
  4,
  `jsonb_build_object('before', before, 'after', after)`,
)})
SELECT name FROM paused`;

const RESUME = `
WITH ${BEFORE}, resumed AS (
  UPDATE "Channel" c SET "pausedAt" = NULL, "pausedBy" = NULL, "pauseReason" = NULL, "resumeAt" = NULL, "updatedAt" = clock_timestamp()
  FROM before WHERE c.name = before.name AND ${isPaused('before', 'clock_timestamp()')}
  RETURNING c.name
), audited AS (${auditNamed(
  `(SELECT resumed.name, ${pauseSaid('before')} AS before FROM resumed CROSS JOIN before) said`,
  'channel.resume',
  2,
  `jsonb_build_object('before', before, 'after', '{}'::jsonb)`,
)})
SELECT name FROM resumed`;
