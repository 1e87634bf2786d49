import type { Sql } from '../sql.js';
import { rowsOf } from '../steps.js';
import { placesOf, type Ranked, rankedFrom } from './ranked.js';
import { groupOf, HOUR_MS, type Span, stepAt } from './span.js';

/** How full the queue was in a step: means of its samples, and the longest that anything due had waited. */
export interface QueueStep {
  at: Date;
  /** '' for all channels, null for the rest of the groups. */
  group: string | null;
  /** Whether it is of all channels, whatever was filtered by. */
  kind: 'whole' | 'part';
  depth: number;
  due: number;
  running: number;
  oldest: number;
}

export type QueueFigure = 'depth' | 'due' | 'running' | 'oldest';

export interface Sampled {
  span: Span;
  /** The others are left out, and 0 in what is read. */
  figures: readonly QueueFigure[];
  /** Null for all channels. */
  channels: string[] | null;
}

/**
 * The samples of each step, by group; always with all channels, for a step without those has no sample. Without groups one figure
 * of all that were named. Reads no run.
 */
export async function readQueueSteps(sql: Sql, sampled: Sampled & { groups: string[] | null }): Promise<QueueStep[]> {
  const { span, channels, groups } = sampled;
  const named = channels === null && groups === null ? [] : channels;
  const { rows } = await sql.query<QueueStep>(queueIn(sampled), [span.from, span.to, span.stepMs, named, groups]);
  return rows;
}

/** The same with the channels in which most waited as groups: at most `most`, with the rest as one of them. Passes each row once. */
export async function readFullestQueues(sql: Sql, sampled: Sampled, most: number): Promise<Ranked<QueueStep>> {
  const { span, channels } = sampled;
  const values = [span.from, span.to, span.stepMs, channels, most];
  const { rows } = await sql.query<QueueStep & { place: number | null }>(fullestIn(sampled), values);
  const { names, hasRest } = rankedFrom(rows.filter(({ kind }) => kind === 'part'));
  return { names, hasRest, steps: rows };
}

/** Back from means to sums. */
const sourceOf = ({ stepMs }: Span): string =>
  rowsOf(
    'QueueSample',
    `at, channel, samples, queued * samples AS depth, due * samples AS due, running * samples AS running, "oldestDueAgeMs" AS oldest,
    "createdTotal" AS created`,
    stepMs,
  );

const SUMS = `sum(depth) AS depth, sum(due) AS due, sum(running) AS running, max(oldest) AS oldest`;

/** What was sampled, by step and channel: so few rows that all else is read from them. */
function sampledCte({ span, figures }: Sampled): string {
  const ifWanted = (figure: QueueFigure, sum: string) => `${figures.includes(figure) ? sum : 0}::float8 AS ${figure}`;
  return `
sampled AS MATERIALIZED (
  SELECT ${stepAt('at')} AS step, channel, sum(samples)::float8 AS samples, sum(depth)::float8 AS depth, ${ifWanted('due', 'sum(due)')},
    ${ifWanted('running', 'sum(running)')}, ${ifWanted('oldest', 'coalesce(max(oldest), 0)')}
  FROM (${sourceOf(span)}) s GROUP BY 1, 2
), named AS MATERIALIZED (SELECT * FROM sampled WHERE channel <> '' AND ($4::text[] IS NULL OR channel = ANY ($4)))`;
}

const WHOLE = `SELECT step AS at, 'whole' AS kind, ''::text AS group, depth / samples AS depth, due / samples AS due,
  running / samples AS running, oldest`;
const PART = `p.depth / w.samples AS depth, p.due / w.samples AS due, p.running / w.samples AS running, p.oldest`;
const SAMPLED = `JOIN sampled w ON w.step = p.step AND w.channel = ''`;

const queueIn = (sampled: Sampled): string => `
WITH ${sampledCte(sampled)}, parts AS (SELECT step, ${groupOf('channel', '$5')} AS group, ${SUMS} FROM named GROUP BY 1, 2)
${WHOLE} FROM sampled WHERE channel = ''
UNION ALL SELECT p.step, 'part', p.group, ${PART} FROM parts p ${SAMPLED}`;

const fullestIn = (sampled: Sampled): string => `
WITH ${sampledCte(sampled)}, ${placesOf('channel', 'SELECT channel, sum(depth) AS size FROM named GROUP BY 1', '$5')}, parts AS (
  SELECT step, own, ${SUMS} FROM named JOIN places USING (channel) GROUP BY 1, 2
)
${WHOLE}, NULL::int AS place FROM sampled WHERE channel = ''
UNION ALL SELECT p.step, 'part', n.channel, ${PART}, n.place FROM parts p ${SAMPLED} LEFT JOIN places n ON n.place = p.own`;

/** Runs ever created, at the end of each step, and of the one before the first; a step without a sample is missing. */
export async function readCreated(sql: Sql, span: Span): Promise<{ at: Date; created: number }[]> {
  // What a sample counts was created in the minute before it.
  const time = span.stepMs < HOUR_MS ? `at - interval '1 minute'` : 'at';
  const { rows } = await sql.query<{ at: Date; created: number }>(
    `SELECT ${stepAt(time)} AS at, max(created)::float8 AS created
     FROM (${sourceOf(span).replaceAll('>= $1', `>= $1::timestamptz - $3::float8 * interval '1 ms'`)}) s
     WHERE channel = '' GROUP BY 1 ORDER BY 1`,
    [span.from, span.to, span.stepMs],
  );
  return rows;
}

/** A channel at the last minute that was sampled. */
export interface ChannelNow {
  channel: string;
  due: number;
  scheduled: number;
  blocked: number;
  running: number;
  oldestMs: number;
}

/** The last sample of each channel, in order; none where nothing was sampled for five minutes. */
export async function readChannelsNow(sql: Sql): Promise<ChannelNow[]> {
  const { rows } = await sql.query<ChannelNow>(
    `SELECT channel, due, scheduled, blocked, running, coalesce("oldestDueAgeMs", 0)::float8 AS "oldestMs" FROM "QueueSample"
     WHERE step = 'MINUTE' AND channel <> ''
       AND at = (SELECT max(at) FROM "QueueSample" WHERE step = 'MINUTE' AND at > clock_timestamp() - interval '5 minutes') ORDER BY 1`,
  );
  return rows;
}
