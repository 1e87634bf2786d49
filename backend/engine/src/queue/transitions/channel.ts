import type { Actor } from '@job-manager/client/actor';
import { auditValues } from '@job-manager/client/audit';
import type { ChannelChange } from '@job-manager/shared/contract/channels';
import type { Sql } from '../../store/sql.js';
import { auditNamed, limitsOf } from './audit.js';
import { lockedBefore, pausing, resuming } from './pause.js';

/** The settings of channels, by their names. */
const CHANNELS = { table: '"Channel"', key: 'name' };

/**
 * Changes limits and weight of a channel, from the next claim on; null takes a limit away, and what isn't named stays.
 * Running runs go on, however many they are. False, without a change, where `rev` is given and another change came in
 * between.
 */
export async function setChannel(
  sql: Sql,
  { name, change, rev }: { name: string; change: ChannelChange; rev: number | null },
  actor: Actor,
): Promise<boolean> {
  return (await sql.query(SET, [name, JSON.stringify(change), rev, ...auditValues(actor)])).rows.length > 0;
}

/**
 * Lets nothing more start in a channel; a paused one gets the new pause. False, without a change, for a `resumeAt` that
 * has passed.
 */
export const pauseChannel = pausing(CHANNELS, 'channel');

/** Resumes a paused channel. False, without a change, where it isn't paused. */
export const resumeChannel = resuming(CHANNELS, 'channel');

const COLUMNS = ['concurrency', 'concurrencyPerRunner', 'rateLimit', 'ratePeriodMs', 'weight', 'targetWaitMs'] as const;
// The new row is checked by itself before it turns out to be a change, so it has what the old one has.
const NEW_VALUES = COLUMNS.map((column) => {
  const value = `CASE WHEN $2::jsonb ? '${column}' THEN wanted."${column}" ELSE before."${column}" END`;
  return column === 'weight' ? `coalesce(${value}, 1)` : value;
});
const CHANGES = COLUMNS.map(
  (column) =>
    `"${column}" = CASE WHEN $2::jsonb ? '${column}' THEN EXCLUDED."${column}" ELSE "Channel"."${column}" END`,
);

// Locked before it is changed: what the audit log calls "before" is then what was there, whatever else changes it.
// Without a rate limit nothing would ever remove the starts that were counted for it.
const SET = `
WITH ${lockedBefore(CHANNELS)}, changed AS (
  INSERT INTO "Channel" (name, ${COLUMNS.map((column) => `"${column}"`).join(', ')}, rev)
  SELECT $1::varchar, ${NEW_VALUES.join(', ')}, 1 FROM jsonb_to_record($2::jsonb) AS wanted (${COLUMNS.map((column) => `"${column}" int`).join(', ')}) LEFT JOIN before ON true
  WHERE $3::int IS NULL OR coalesce(before.rev, 0) = $3::int
  ON CONFLICT (name) DO UPDATE SET ${CHANGES.join(', ')}, rev = "Channel".rev + 1, "updatedAt" = clock_timestamp()
  WHERE $3::int IS NULL OR "Channel".rev = $3::int
  RETURNING *
), forgotten AS (DELETE FROM "ChannelStart" s USING changed WHERE s.channel = changed.name AND changed."rateLimit" IS NULL
), audited AS (${auditNamed(
  `(SELECT changed.name, ${limitsOf('before')} AS before, ${limitsOf('changed')} AS after FROM changed LEFT JOIN before ON true) change`,
  'channel.set',
  4,
  `jsonb_build_object('before', before, 'after', after)`,
)})
SELECT name FROM changed`;
