import { SUM_CHANNEL_HOURS } from './channel-ended.js';
import { writeDayTotals } from './day-totals.js';
import { SUM_HISTOGRAM_DAYS } from './histograms.js';
import type { Sql } from './sql.js';
import { beginOf, isDue, KEPT } from './steps.js';
import { SUM_SYSTEM_HOURS } from './system-samples.js';

/**
 * Writes means of the samples of each past hour and day, of the heartbeats of each past ten minutes, and the histograms
 * and totals of each past day. Returns how many rows.
 */
export async function summarizeFigures(sql: Sql): Promise<number> {
  let rows = 0;
  for (const statement of [
    // Days from the hours, once they are all there.
    sumQueue('MINUTE', 'HOUR'),
    sumQueue('HOUR', 'DAY'),
    BEAT_MEANS,
    SUM_HISTOGRAM_DAYS,
    SUM_CHANNEL_HOURS,
    SUM_SYSTEM_HOURS,
  ])
    rows += (await sql.query(statement)).rowCount ?? 0;
  return rows + (await writeDayTotals(sql));
}

/**
 * Means of the samples of each hour, and of the hours of each day. A channel has a sample only where it has runs: the samples of
 * all channels are what there could have been.
 */
const sumQueue = (from: 'MINUTE' | 'HOUR', to: 'HOUR' | 'DAY'): string => `
WITH due AS MATERIALIZED (SELECT ${beginOf(to, 'at')} AS began, s.* FROM "QueueSample" s WHERE ${isDue('QueueSample', from, to)}
), sampled AS (SELECT began, sum(samples)::int AS samples FROM due WHERE channel = '' GROUP BY 1)
INSERT INTO "QueueSample" (step, at, channel, samples, queued, "queuedMax", due, "dueMax", scheduled, blocked, running, "runningMax",
  "oldestDueAgeMs", "createdTotal")
SELECT '${to}', began, channel, d.samples, ${meanOf('queued')}, ${maxOf('queued')}, ${meanOf('due')}, ${maxOf('due')}, ${meanOf('scheduled')},
  ${meanOf('blocked')}, ${meanOf('running')}, ${maxOf('running')}, max("oldestDueAgeMs"), max("createdTotal")
FROM due l JOIN sampled d USING (began) GROUP BY began, channel, d.samples ON CONFLICT DO NOTHING`;

const meanOf = (column: string): string => `sum(l.${column} * l.samples) / d.samples`;
const maxOf = (column: string): string => `max(coalesce(l."${column}Max", l.${column}))`;

const BEAT_MEANS = `
INSERT INTO "RunnerBeat" (step, "runnerId", at, beats, "latencyMs", "latencyMaxMs", "loopLagMs", "loopLagMaxMs", "activeRuns", slots, "endedRuns",
  "cpuPercent", "rssBytes")
SELECT 'TEN_MINUTES', "runnerId", ${beginOf('TEN_MINUTES', 'at')}, count(*), avg("latencyMs"), max("latencyMs"), avg("loopLagMs"), max("loopLagMs"),
  avg("activeRuns"), max(slots), max("endedRuns"), avg("cpuPercent"), max("rssBytes")
FROM "RunnerBeat" WHERE ${isDue('RunnerBeat', 'BEAT', 'TEN_MINUTES')} GROUP BY 2, 3 ON CONFLICT DO NOTHING`;

/** Of one step of a table in one statement. */
const MAX_ROWS = 5_000;

// `now()`: PostgreSQL plans with its value. With a subquery it would estimate that a third of the rows match, and read the whole table.
/** Removes a batch of the rows that are past their time, of every step of every table. Returns how many. */
export async function removeOldFigures(sql: Sql): Promise<number> {
  let removed = 0;
  for (const [table, steps] of Object.entries(KEPT)) {
    for (const [step, kept] of Object.entries(steps)) {
      const { rowCount } = await sql.query(
        `DELETE FROM "${table}" WHERE ctid = ANY (ARRAY(
           SELECT ctid FROM "${table}" WHERE step = '${step}' AND at < now() - interval '${kept}' LIMIT ${MAX_ROWS}))`,
      );
      removed += rowCount ?? 0;
    }
  }
  return removed;
}
