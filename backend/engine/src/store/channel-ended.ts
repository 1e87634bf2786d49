import { beginOf, isDue } from './steps.js';

/** Executions that ended a run of a channel, by how it ended. */
export interface ChannelEnded {
  channel: string;
  success: number;
  failed: number;
  cancelled: number;
}

const STATES = ['success', 'failed', 'cancelled'] as const;
const COLUMNS = STATES.join(', ');

/**
 * Adds ended executions to the minute and to the total, as CTEs that follow another; `counts` is their JSON, in any
 * order.
 */
export const addChannelEnded = (counts: string): string => `
ended AS (
  SELECT * FROM jsonb_to_recordset(${counts}::jsonb) AS g(channel text, success int, failed int, cancelled int)
), of_channels AS (
  INSERT INTO "ChannelEnded" AS c (step, at, channel, ${COLUMNS})
  SELECT step, at, channel, ${COLUMNS} FROM ended, (VALUES
    ('MINUTE'::"FigureStep", ${beginOf('MINUTE', 'clock_timestamp()')}), ('EVER', 'epoch')) steps(step, at)
  ORDER BY step, at, channel
  ON CONFLICT (step, at, channel) DO UPDATE SET ${STATES.map((state) => `${state} = c.${state} + EXCLUDED.${state}`).join(', ')}
)`;

/** Sums the minutes of past hours, with a delay for the counts of their last seconds. */
export const SUM_CHANNEL_HOURS = `
INSERT INTO "ChannelEnded" (step, at, channel, ${COLUMNS})
SELECT 'HOUR', ${beginOf('HOUR', 'at')}, channel, ${STATES.map((state) => `sum(${state})`).join(', ')} FROM "ChannelEnded"
WHERE ${isDue('ChannelEnded', 'MINUTE', 'HOUR', '1 minute')}
GROUP BY 2, 3 ON CONFLICT DO NOTHING`;
