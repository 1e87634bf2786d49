import { SUM_CHANNEL_HOURS } from './channel-ended.js';
import { writeDayTotals } from './day-totals.js';
import { SUM_HISTOGRAM_DAYS } from './histograms.js';
import type { Sql } from './sql.js';
import { SUM_SYSTEM_HOURS } from './system-samples.js';

/**
 * Writes means of the samples of each hour and day, the heartbeats of each ten minutes, and the histograms and totals of each day,
 * that have gone by. Returns how many rows.
 */
export async function summarizeFigures(sql: Sql): Promise<number> {
  let rows = 0;
  for (const statement of [
    QUEUE_HOURS,
    QUEUE_DAYS,
    BEAT_MEANS,
    SUM_HISTOGRAM_DAYS,
    SUM_CHANNEL_HOURS,
    SUM_SYSTEM_HOURS,
  ])
    rows += (await sql.query(statement)).rowCount ?? 0;
  return rows + (await writeDayTotals(sql));
}

/** A channel has a sample only where it has runs: the samples of all channels are what there could have been. */
const QUEUE_HOURS = `
WITH looked AS MATERIALIZED (
  SELECT date_trunc('hour', at, 'UTC') AS hour, s.* FROM "QueueSample" s
  WHERE at >= coalesce((SELECT max(hour) FROM "QueueSampleHour") + interval '1 hour', '-infinity')
    AND at < (SELECT date_trunc('hour', clock_timestamp(), 'UTC'))
), sampled AS (SELECT hour, count(*) AS samples FROM looked WHERE channel = '' GROUP BY 1)
INSERT INTO "QueueSampleHour" (hour, channel, samples, queued, "queuedMax", due, "dueMax", scheduled, blocked, running, "runningMax",
  "oldestDueAgeMs", "createdTotal")
SELECT hour, channel, samples, sum(queued)::real / samples, max(queued), sum(due)::real / samples, max(due), sum(scheduled)::real / samples,
  sum(blocked)::real / samples, sum(running)::real / samples, max(running), max("oldestDueAgeMs"), max("createdTotal")
FROM looked JOIN sampled USING (hour) GROUP BY hour, channel, samples ON CONFLICT DO NOTHING`;

/** From the hours, once they are all there. */
const QUEUE_DAYS = `
WITH looked AS MATERIALIZED (
  SELECT date_trunc('day', hour, 'UTC') AS day, s.* FROM "QueueSampleHour" s
  WHERE hour >= coalesce((SELECT max(day) FROM "QueueSampleDay") + interval '1 day', '-infinity')
    AND hour < (SELECT date_trunc('day', clock_timestamp(), 'UTC'))
), sampled AS (SELECT day, sum(samples)::int AS samples FROM looked WHERE channel = '' GROUP BY 1)
INSERT INTO "QueueSampleDay" (day, channel, samples, queued, due, running, "oldestDueAgeMs", "createdTotal")
SELECT day, channel, d.samples, sum(queued * l.samples) / d.samples, sum(due * l.samples) / d.samples, sum(running * l.samples) / d.samples,
  max("oldestDueAgeMs"), max("createdTotal")
FROM looked l JOIN sampled d USING (day) GROUP BY day, channel, d.samples ON CONFLICT DO NOTHING`;

const BEAT_MEANS = `
INSERT INTO "RunnerBeatMean" ("runnerId", at, beats, "latencyMs", "latencyMaxMs", "loopLagMs", "loopLagMaxMs", "activeRuns", slots, "endedRuns",
  "cpuPercent", "rssBytes")
SELECT "runnerId", date_bin('10 minutes', at, 'epoch'), count(*), avg("latencyMs"), max("latencyMs"), avg("loopLagMs"), max("loopLagMs"),
  avg("activeRuns"), max(slots), max("endedRuns"), avg("cpuPercent"), max("rssBytes")
FROM "RunnerBeat"
WHERE at >= coalesce((SELECT max(at) FROM "RunnerBeatMean") + interval '10 minutes', '-infinity')
  AND at < (SELECT date_bin('10 minutes', clock_timestamp(), 'epoch'))
GROUP BY 1, 2 ON CONFLICT DO NOTHING`;

/** For how long the rows of each table are kept, by the time in this column. */
const KEPT = [
  ['QueueSample', 'at', '7 days'],
  ['QueueSampleHour', 'hour', '400 days'],
  ['QueueSampleDay', 'day', '400 days'],
  ['SystemSample', 'at', '7 days'],
  ['SystemSampleHour', 'hour', '400 days'],
  ['ChannelMinute', 'minute', '7 days'],
  ['ChannelHour', 'hour', '400 days'],
  // A rule of alerts is tried on seven days, and looks a day back from each moment.
  ['JobRunMinute', 'minute', '8 days'],
  ['JobRunCountSeen', 'day', '3 days'],
  ['JobRunRemoved', 'hour', '400 days'],
  ['JobRunHistogram', 'at', '35 days'],
  ['JobRunDayHistogram', 'at', '400 days'],
  ['RunnerBeat', 'at', '24 hours'],
  ['RunnerBeatMean', 'at', '30 days'],
] as const;

/** Of one table in one statement. */
const MAX_ROWS = 5_000;

/** Removes a batch of the rows that are past their time, of every table. Returns how many. */
export async function removeOldFigures(sql: Sql): Promise<number> {
  let removed = 0;
  for (const [table, column, kept] of KEPT) {
    const { rowCount } = await sql.query(
      `DELETE FROM "${table}" WHERE ctid = ANY (ARRAY(
         SELECT ctid FROM "${table}" WHERE "${column}" < (SELECT clock_timestamp() - interval '${kept}') LIMIT ${MAX_ROWS}))`,
    );
    removed += rowCount ?? 0;
  }
  return removed;
}
