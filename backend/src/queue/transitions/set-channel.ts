import type { ChannelChange } from '@job-manager/shared/contract/channels';
import type { Sql } from '../../store/sql.js';
import type { Actor } from '../queue.js';
import { auditValues } from './audit.js';
import { auditChannel, limitsSaid } from './audit-channel.js';

/**
 * Changes limits and weight of a channel, from the next claim on; null takes a limit away, and what isn't named stays.
 * What is running goes on, however many that are.
 */
export async function setChannel(sql: Sql, name: string, change: ChannelChange, actor: Actor): Promise<void> {
  await sql.query(SET, [name, JSON.stringify(change), ...auditValues(actor)]);
}

const COLUMNS = ['concurrency', 'concurrencyPerRunner', 'rateLimit', 'ratePeriodMs', 'weight'] as const;
// The new row is checked by itself before it turns out to be a change, so it has what the old one has.
const NEW_VALUES = COLUMNS.map((column) => {
  const value = `CASE WHEN $2::jsonb ? '${column}' THEN wanted."${column}" ELSE before."${column}" END`;
  return column === 'weight' ? `coalesce(${value}, 1)` : value;
});
const CHANGES = COLUMNS.map(
  (column) =>
    `"${column}" = CASE WHEN $2::jsonb ? '${column}' THEN EXCLUDED."${column}" ELSE "Channel"."${column}" END`,
);

// Locked before it is changed: what the audit log calls "before" is then what was there, whoever changes it too.
// Without a rate limit nobody would ever remove the starts that were counted for it.
const SET = `
WITH before AS MATERIALIZED (SELECT * FROM "Channel" WHERE name = $1::varchar FOR UPDATE
), changed AS (
  INSERT INTO "Channel" (name, ${COLUMNS.map((column) => `"${column}"`).join(', ')})
  SELECT $1::varchar, ${NEW_VALUES.join(', ')} FROM jsonb_to_record($2::jsonb) AS wanted (${COLUMNS.map((column) => `"${column}" int`).join(', ')}) LEFT JOIN before ON true
  ON CONFLICT (name) DO UPDATE SET ${CHANGES.join(', ')}, "updatedAt" = clock_timestamp()
  RETURNING *
), forgotten AS (DELETE FROM "ChannelStart" s USING changed WHERE s.channel = changed.name AND changed."rateLimit" IS NULL
), audited AS (${auditChannel(
  `(SELECT changed.name, ${limitsSaid('before')} AS before, ${limitsSaid('changed')} AS after FROM changed LEFT JOIN before ON true) said`,
  'channel.set',
  3,
  `jsonb_build_object('before', before, 'after', after)`,
)})
SELECT name FROM changed`;
