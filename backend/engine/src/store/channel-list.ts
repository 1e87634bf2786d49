import { countableIn, isPaused, lanesOf } from './lanes.js';
import type { Sql } from './sql.js';

/** A channel, its settings and how full it is. */
export interface ChannelRow {
  name: string;
  concurrency: number | null;
  concurrencyPerRunner: number | null;
  rateLimit: number | null;
  ratePeriodMs: number | null;
  weight: number;
  /** Null where it isn't paused, or goes on by itself since. */
  pausedAt: Date | null;
  pausedBy: string | null;
  pauseReason: string | null;
  resumeAt: Date | null;
  running: number;
  queued: number;
  due: number;
  scheduled: number;
  blocked: number;
  runners: { id: string; name: string; running: number }[];
  jobs: string[];
  targetWaitMs: number | null;
  rev: number;
  oldestDueAt: Date | null;
  recentStarts: number | null;
  /** Queued runs of each minute of an hour, null where none was sampled. */
  history: (number | null)[];
}

/** The channels with settings, jobs or runs, and those of `known`, by name. */
export async function listChannels(sql: Sql, known: string[]): Promise<ChannelRow[]> {
  return (await sql.query<ChannelRow>(CHANNELS, [known, null])).rows;
}

/** A channel, whether it is known or not. */
export async function readChannel(sql: Sql, name: string): Promise<ChannelRow> {
  const read = await sql.query<ChannelRow>(CHANNELS, [[name], name]);
  const [row] = read.rows;
  if (!row) throw new Error('PostgreSQL returned no row for a name that it was given');
  return row;
}

/** So many queued runs of a channel are counted. */
const MAX_COUNTED = 10_000;

const MAX_RUNNERS = 50;
const HISTORY_MINUTES = 60;
const MAX_JOBS = 200;
/** The jobs with the channels that their runs queue in, as operators have set them or their code declares. */
const JOB_CHANNELS = `(SELECT j.name, coalesce(s.channel, j.channel) AS channel FROM "Job" j LEFT JOIN "JobSettings" s ON s."jobName" = j.name)`;

/** How many runs of a channel's lanes there are, counted in the index that claims use. */
const countIn = (condition: string, lane = 'lane'): string => `(
  SELECT count(*)::int FROM (
    ${countableIn(lane, `${lane === 'lane' ? 'NOT ' : ''}q."isBlocked" AND ${condition}`, MAX_COUNTED)} WHERE ${lane}.channel = n.name LIMIT ${MAX_COUNTED}
  ) counted)`;

const CHANNELS = `
WITH RECURSIVE moment AS MATERIALIZED (SELECT clock_timestamp() AS now), ${lanesOf('lane', 'NOT "isBlocked"')}
, ${lanesOf('blocked_lane', '"isBlocked"')}
, held AS MATERIALIZED (SELECT channel, "runnerId", count(*)::int AS runs FROM "JobRun" WHERE status = 'RUNNING' AND "finishedAt" IS NULL GROUP BY 1, 2
), running AS MATERIALIZED (SELECT channel, sum(runs)::int AS runs FROM held GROUP BY 1
), named AS MATERIALIZED (
  SELECT name FROM (
    SELECT name FROM "Channel" UNION SELECT channel FROM ${JOB_CHANNELS} j UNION SELECT channel FROM lane UNION SELECT channel FROM blocked_lane
    UNION SELECT channel FROM running UNION SELECT unnest($1::text[])
  ) every WHERE $2::text IS NULL OR name = $2
), minutes AS MATERIALIZED (
  SELECT m.at, s.at IS NOT NULL AS "isSampled" FROM moment
  CROSS JOIN LATERAL generate_series(date_trunc('minute', now) - interval '${HISTORY_MINUTES - 1} min', now, interval '1 min') m(at)
  LEFT JOIN "QueueSample" s ON s.step = 'MINUTE' AND s.at = m.at AND s.channel = ''
), history AS MATERIALIZED (
  -- Of a channel without runs there is no sample.
  SELECT named.name, array_agg(CASE WHEN "isSampled" THEN coalesce(q.queued, 0) END ORDER BY minutes.at) AS points
  FROM named CROSS JOIN minutes LEFT JOIN "QueueSample" q ON q.step = 'MINUTE' AND q.at = minutes.at AND q.channel = named.name GROUP BY 1
)
SELECT n.name, c.concurrency, c."concurrencyPerRunner", c."rateLimit", c."ratePeriodMs", coalesce(c.weight, 1) AS weight, c."targetWaitMs", coalesce(c.rev, 0) AS rev,
  CASE WHEN p.paused THEN c."pausedAt" END AS "pausedAt", CASE WHEN p.paused THEN c."pausedBy" END AS "pausedBy",
  CASE WHEN p.paused THEN c."pauseReason" END AS "pauseReason", CASE WHEN p.paused THEN c."resumeAt" END AS "resumeAt",
  coalesce(running.runs, 0) AS running, ${countIn('true')} AS queued, ${countIn('q."runAt" <= (SELECT now FROM moment)')} AS due,
  ${countIn('q."runAt" > (SELECT now FROM moment)')} AS scheduled, ${countIn('true', 'blocked_lane')} AS blocked,
  (SELECT coalesce(json_agg(json_build_object('id', r.id, 'name', r.host || ':' || r.pid, 'running', held.runs) ORDER BY held.runs DESC, r.id), '[]')
   FROM (SELECT * FROM held WHERE held.channel = n.name ORDER BY runs DESC LIMIT ${MAX_RUNNERS}) held JOIN "Runner" r ON r.id = held."runnerId") AS runners,
  ARRAY(SELECT j.name FROM ${JOB_CHANNELS} j WHERE j.channel = n.name ORDER BY j.name LIMIT ${MAX_JOBS}) AS jobs,
  (SELECT min("runAt") FROM lane WHERE lane.channel = n.name AND "runAt" <= moment.now) AS "oldestDueAt",
  CASE WHEN c."rateLimit" IS NOT NULL THEN (
    SELECT coalesce(sum(runs), 0)::int FROM "ChannelStart" s WHERE s.channel = n.name AND s.at > moment.now - c."ratePeriodMs" * interval '1 ms'
  ) END AS "recentStarts", history.points AS history
FROM named n CROSS JOIN moment JOIN history ON history.name = n.name LEFT JOIN "Channel" c ON c.name = n.name LEFT JOIN running ON running.channel = n.name
CROSS JOIN LATERAL (SELECT ${isPaused('c', 'moment.now')} AS paused) p
ORDER BY n.name`;
