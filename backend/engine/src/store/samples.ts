import { EVER_ENDED } from './day-totals.js';
import { ENDED_BY_DAY } from './ended.js';
import { lanesOf } from './lanes.js';
import type { Sql } from './sql.js';

export interface Sample {
  queued: number;
  running: number;
  /** Those with runs that wait or run. */
  channels: number;
}

/**
 * Notes how full the queue is at this minute, by channel, and what ended since the sample of the minute before. One
 * statement, and so one snapshot: what was created between two samples is the difference of their `createdTotal`.
 * What ended while nothing was sampled is in the counters alone: no minute can be named for it.
 */
export async function takeSample(sql: Sql): Promise<Sample> {
  const { rows } = await sql.query<Sample>(SAMPLE);
  const [row] = rows;
  if (!row) throw new Error('PostgreSQL returned no row for an aggregate');
  return row;
}

/**
 * How many runs of a lane `l` there are, under a name: one range of the index that claims use, read without any column,
 * where a filter on each of a million runs would take half as long again.
 */
const countOf = (name: string, condition: string): string => `CROSS JOIN LATERAL (
    SELECT count(*) AS ${name} FROM "JobRun" q
    WHERE q.status = 'QUEUED' AND q."finishedAt" IS NULL AND q.channel = l.channel AND q.priority = l.priority AND ${condition}
  ) ${name}`;

/** A minute without the sample of the minute before, or nearly, isn't counted. */
const MAX_APART = `interval '150 seconds'`;

const STATES = ['success', 'failed', 'cancelled'] as const;
const COLUMNS = STATES.join(', ');

// What is more of a day than at the last sample is added to the row of that day, and to the minute.
const SAMPLE = `
WITH RECURSIVE moment AS MATERIALIZED (
  SELECT now, date_trunc('minute', now, 'UTC') AS at, date_trunc('day', now, 'UTC') AS today FROM (SELECT clock_timestamp() AS now) clock
), ${lanesOf('lane', 'NOT "isBlocked"')}
, ${lanesOf('blocked_lane', '"isBlocked"')}
, parts AS MATERIALIZED (
  SELECT channel, due + scheduled AS queued, due, scheduled, 0 AS blocked, 0 AS running,
    CASE WHEN l."runAt" <= now THEN l."runAt" END AS oldest
  FROM moment CROSS JOIN lane l ${countOf('due', 'NOT q."isBlocked" AND q."runAt" <= now')}
  ${countOf('scheduled', 'NOT q."isBlocked" AND q."runAt" > now')}
  UNION ALL
  SELECT channel, blocked, 0, 0, blocked, 0, NULL FROM blocked_lane l ${countOf('blocked', 'q."isBlocked"')}
  UNION ALL
  SELECT channel, 0, 0, 0, 0, count(*), NULL FROM "JobRun" WHERE status = 'RUNNING' AND "finishedAt" IS NULL GROUP BY 1
), sums AS MATERIALIZED (
  SELECT CASE WHEN GROUPING(channel) = 1 THEN '' ELSE channel END AS channel, coalesce(sum(queued), 0)::int AS queued, coalesce(sum(due), 0)::int AS due,
    coalesce(sum(scheduled), 0)::int AS scheduled, coalesce(sum(blocked), 0)::int AS blocked, coalesce(sum(running), 0)::int AS running,
    min(oldest) AS oldest
  FROM parts GROUP BY ROLLUP (channel)
), every AS MATERIALIZED (
  SELECT coalesce(sum(runs), 0)::bigint AS ended FROM (${EVER_ENDED}) counted WHERE "jobName" = '' OR NOT "isTotal"
), sampled AS (
  INSERT INTO "QueueSample" (at, channel, queued, due, scheduled, blocked, running, "oldestDueAgeMs", "createdTotal")
  SELECT at, channel, queued, due, scheduled, blocked, running, (extract(epoch FROM now - oldest) * 1000)::bigint,
    CASE channel WHEN '' THEN ended + queued + running END
  FROM sums, moment, every ON CONFLICT DO NOTHING
), counted AS (
  SELECT day AS at, "jobName", ${STATES.map((state) => `coalesce(sum(runs) FILTER (WHERE status = '${state.toUpperCase()}'), 0) AS ${state}`).join(', ')}
  FROM (${ENDED_BY_DAY}) days WHERE day >= (SELECT today FROM moment) - interval '1 day' GROUP BY 1, 2
), more AS MATERIALIZED (
  SELECT at, "jobName", ${STATES.map((state) => `greatest(c.${state} - coalesce(s.${state}, 0), 0) AS ${state}`).join(', ')}
  FROM counted c LEFT JOIN (SELECT * FROM "JobRunEnded" WHERE step = 'DAY') s USING (at, "jobName")
  WHERE ${STATES.map((state) => `c.${state} > coalesce(s.${state}, 0)`).join(' OR ')}
), ended AS (
  INSERT INTO "JobRunEnded" AS e (step, at, "jobName", ${COLUMNS})
  SELECT 'DAY'::"FigureStep", at, "jobName", ${COLUMNS} FROM more
  UNION ALL
  SELECT 'MINUTE', moment.at - interval '1 minute', "jobName", ${STATES.map((state) => `sum(${state})`).join(', ')} FROM more, moment
  WHERE EXISTS (SELECT FROM "QueueSample" WHERE step = 'MINUTE' AND channel = '' AND at < moment.at AND at >= moment.at - ${MAX_APART}) GROUP BY 2, 3
  ON CONFLICT (step, at, "jobName") DO UPDATE SET ${STATES.map((state) => `${state} = e.${state} + EXCLUDED.${state}`).join(', ')}
)
SELECT queued, running, (SELECT count(*)::int FROM sums) - 1 AS channels FROM sums WHERE channel = ''`;
