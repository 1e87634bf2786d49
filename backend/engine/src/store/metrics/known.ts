import { ENDED_BY_DAY, FIRST_DAY } from '../ended.js';
import type { Sql } from '../sql.js';
import { firstOf } from '../steps.js';
import type { Span } from './span.js';

/** Since when there are figures of each source; null where there are none. */
export interface KnownSince {
  now: Date;
  counts: Date | null;
  histogram: Date | null;
  queue: Date | null;
  runners: Date | null;
  channels: Date | null;
  system: Date | null;
}

export async function readKnownSince(sql: Sql): Promise<KnownSince> {
  const { rows } = await sql.query<KnownSince>(SINCE);
  const [row] = rows;
  if (!row) throw new Error('PostgreSQL returned no row for a row of values');
  return row;
}

const SINCE = `SELECT clock_timestamp() AS now, ${FIRST_DAY} AS counts,
  ${firstOf('JobRunHistogram')} AS histogram,
  ${firstOf('QueueSample')} AS queue,
  ${firstOf('RunnerBeat')} AS runners,
  ${firstOf('ChannelEnded')} AS channels,
  ${firstOf('SystemSample')} AS system`;

/** Of these names, those that no job has that is declared or of which a run has ended. */
export async function findUnknownJobs(sql: Sql, names: string[]): Promise<string[]> {
  const { rows } = await sql.query<{ name: string }>(
    `SELECT name FROM unnest($1::text[]) AS wanted(name) WHERE NOT EXISTS (SELECT FROM "Job" j WHERE j.name = wanted.name)
       AND NOT EXISTS (SELECT FROM (${ENDED_BY_DAY}) days WHERE days."jobName" = wanted.name)`,
    [names],
  );
  return rows.map(({ name }) => name);
}

/** When versions of these jobs, or of all, first ran here: the latest first. */
export async function readVersionMarks(
  sql: Sql,
  { from, to }: Span,
  jobNames: string[] | null,
): Promise<{ at: Date; jobName: string; version: string }[]> {
  const { rows } = await sql.query<{ at: Date; jobName: string; version: string }>(
    `SELECT "firstSeenAt" AS at, "jobName", version FROM "JobVersion"
     WHERE "firstSeenAt" >= $1 AND "firstSeenAt" < $2 AND ($3::text[] IS NULL OR "jobName" = ANY ($3)) ORDER BY 1 DESC, 2 LIMIT 50`,
    [from, to, jobNames],
  );
  return rows;
}
