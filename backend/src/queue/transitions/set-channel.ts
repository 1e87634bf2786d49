import type { ChannelSettings } from '@job-manager/shared/contract/channels';
import type { Sql } from '../../store/sql.js';
import type { Actor } from '../queue.js';
import { auditValues } from './audit.js';
import { auditChannel, limitsSaid } from './audit-channel.js';

/** Gives a channel these limits and this weight, from the next claim on. What is running goes on, however many that are. */
export async function setChannel(sql: Sql, name: string, settings: ChannelSettings, actor: Actor): Promise<void> {
  const { concurrency, concurrencyPerRunner, rateLimit, ratePeriodMs, weight } = settings;
  const values = [name, concurrency, concurrencyPerRunner, rateLimit, ratePeriodMs, weight];
  await sql.query(SET, [...values, ...auditValues(actor)]);
}

// Locked before it is changed: what the audit log calls "before" is then what was there, whoever changes it too.
// Without a rate limit nobody would ever remove the starts that were counted for it.
const SET = `
WITH before AS MATERIALIZED (SELECT * FROM "Channel" WHERE name = $1::varchar FOR UPDATE
), changed AS (
  INSERT INTO "Channel" (name, concurrency, "concurrencyPerRunner", "rateLimit", "ratePeriodMs", weight)
  SELECT $1::varchar, $2::int, $3::int, $4::int, $5::int, $6::int FROM (SELECT count(*) FROM before) locked
  ON CONFLICT (name) DO UPDATE
  SET concurrency = EXCLUDED.concurrency, "concurrencyPerRunner" = EXCLUDED."concurrencyPerRunner", "rateLimit" = EXCLUDED."rateLimit",
      "ratePeriodMs" = EXCLUDED."ratePeriodMs", weight = EXCLUDED.weight, "updatedAt" = clock_timestamp()
  RETURNING *
), forgotten AS (DELETE FROM "ChannelStart" s USING changed WHERE s.channel = changed.name AND changed."rateLimit" IS NULL
), audited AS (${auditChannel(
  `(SELECT changed.name, ${limitsSaid('before')} AS before, ${limitsSaid('changed')} AS after FROM changed LEFT JOIN before ON true) said`,
  'channel.set',
  7,
  `jsonb_build_object('before', before, 'after', after)`,
)})
SELECT name FROM changed`;
