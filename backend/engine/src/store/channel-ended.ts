/** Executions that ended a run of a channel, by how it ended. */
export interface ChannelEnded {
  channel: string;
  success: number;
  failed: number;
  cancelled: number;
}

const STATES = ['success', 'failed', 'cancelled'] as const;
const COLUMNS = STATES.join(', ');
const ADDED = (kept: string): string =>
  STATES.map((state) => `${state} = ${kept}.${state} + EXCLUDED.${state}`).join(', ');

/** Adds what ended to the minute and to the totals, as CTEs that follow another; `gathered` is their JSON, in any order. */
export const addChannelEnded = (gathered: string): string => `
ended AS MATERIALIZED (
  SELECT * FROM jsonb_to_recordset(${gathered}::jsonb) AS g(channel text, success int, failed int, cancelled int) ORDER BY channel
), of_minute AS (
  INSERT INTO "ChannelMinute" AS m (minute, channel, ${COLUMNS})
  SELECT date_trunc('minute', clock_timestamp(), 'UTC'), channel, ${COLUMNS} FROM ended ORDER BY channel
  ON CONFLICT (minute, channel) DO UPDATE SET ${ADDED('m')}
), of_all AS (
  INSERT INTO "ChannelTotal" AS t (channel, ${COLUMNS}) SELECT channel, ${COLUMNS} FROM ended ORDER BY channel
  ON CONFLICT (channel) DO UPDATE SET ${ADDED('t')}
)`;

/** Sums the minutes of hours that have gone by, with some time for what was gathered in their last seconds. */
export const SUM_CHANNEL_HOURS = `
INSERT INTO "ChannelHour" (hour, channel, ${COLUMNS})
SELECT date_trunc('hour', minute, 'UTC'), channel, ${STATES.map((state) => `sum(${state})`).join(', ')} FROM "ChannelMinute"
WHERE minute >= coalesce((SELECT max(hour) FROM "ChannelHour") + interval '1 hour', '-infinity')
  AND minute < (SELECT date_trunc('hour', clock_timestamp() - interval '1 minute', 'UTC'))
GROUP BY 1, 2 ON CONFLICT DO NOTHING`;
