import type { ChannelEnded } from '../channel-ended.js';
import type { Sql } from '../sql.js';
import { rowsOf } from '../steps.js';
import { groupOf, type Span, stepAt } from './span.js';

/** What ended in a step. `group` is '' for all that was requested, null for the rest of the groups. */
export interface ChannelStep extends Omit<ChannelEnded, 'channel'> {
  at: Date;
  group: string | null;
}

export interface ChannelSteps {
  span: Span;
  /** Null for all channels. */
  channels: string[] | null;
  /** Channels with figures of their own; null for one of all. */
  groups: string[] | null;
}

const sourceOf = ({ stepMs }: Span): string =>
  rowsOf('ChannelEnded', 'at, channel, success, failed, cancelled', stepMs);

/** What ended in each step, by group; steps in which nothing did are missing. Reads no run. */
export async function readChannelSteps(sql: Sql, { span, channels, groups }: ChannelSteps): Promise<ChannelStep[]> {
  const { rows } = await sql.query<ChannelStep>(
    `SELECT ${stepAt('at')} AS at, ${groupOf('channel', '$5')} AS group, sum(success)::float8 AS success, sum(failed)::float8 AS failed,
       sum(cancelled)::float8 AS cancelled
     FROM (${sourceOf(span)}) c WHERE $4::text[] IS NULL OR channel = ANY ($4) GROUP BY 1, 2`,
    [span.from, span.to, span.stepMs, channels, groups],
  );
  return rows;
}

/** The channels in which anything ended, those with most first. */
export async function readBusiestChannels(
  sql: Sql,
  { span, channels }: Omit<ChannelSteps, 'groups'>,
): Promise<string[]> {
  const { rows } = await sql.query<{ channel: string }>(
    `SELECT channel FROM (${sourceOf(span)}) c WHERE $3::text[] IS NULL OR channel = ANY ($3)
     GROUP BY 1 ORDER BY sum(success + failed + cancelled) DESC, 1`,
    [span.from, span.to, channels],
  );
  return rows.map(({ channel }) => channel);
}

/** What ended of each channel since it is counted. */
export async function readChannelTotals(sql: Sql): Promise<ChannelEnded[]> {
  const { rows } = await sql.query<ChannelEnded>(
    `SELECT channel, success::float8 AS success, failed::float8 AS failed, cancelled::float8 AS cancelled FROM "ChannelEnded"
     WHERE step = 'EVER' ORDER BY 1`,
  );
  return rows;
}
