import { EVER_ENDED } from '../day-totals.js';
import { ENDED_BY_HOUR } from '../ended.js';
import type { Sql } from '../sql.js';
import type { Counted, CountedStatus, CountStep } from './counted.js';
import { readBusiestJobs, readDayCounts } from './day-counts.js';
import { placesOf, type Ranked, rankedFrom } from './ranked.js';
import { DAY_MS, groupOf, HOUR_MS, type Span, stepAt } from './span.js';

/** What ended in each step, by group; steps in which nothing did are missing. Without groups one figure of all. Reads no run. */
export async function readCounts(sql: Sql, counted: Counted & { groups: string[] | null }): Promise<CountStep[]> {
  const { span, jobNames, groups } = counted;
  if (span.stepMs >= DAY_MS) return readDayCounts(sql, counted);
  const { rows } = await sql.query<CountStep>(countsIn(counted), [span.from, span.to, span.stepMs, jobNames, groups]);
  return rows;
}

/** The same with the jobs of which most runs ended so as groups: at most `most`, with the rest as one of them. */
export async function readBusiestCounts(sql: Sql, counted: Counted, most: number): Promise<Ranked<CountStep>> {
  const { span, jobNames } = counted;
  if (span.stepMs >= DAY_MS) {
    const all = await readBusiestJobs(sql, counted);
    const hasRest = all.length > most;
    const names = hasRest ? all.slice(0, most - 1) : all;
    return { names, hasRest, steps: await readDayCounts(sql, { ...counted, groups: names }) };
  }
  const values = [span.from, span.to, span.stepMs, jobNames, most];
  const { rows } = await sql.query<CountStep & { place: number | null }>(busiestIn(counted), values);
  return rankedFrom(rows);
}

/**
 * The steps at whose end, or at some moment of which, the counters were read; the others are unknown. For steps below
 * an hour.
 */
export async function readCountedSteps(sql: Sql, span: Span): Promise<Date[]> {
  const { rows } = await sql.query<{ at: Date }>(
    `SELECT DISTINCT ${stepAt(`at - interval '1 minute'`)} AS at FROM "QueueSample"
     WHERE step = 'MINUTE' AND channel = '' AND at > $1 AND at <= $2`,
    [span.from, span.to, span.stepMs],
  );
  return rows.map(({ at }) => at);
}

/** What ever ended, by job and state, removed runs included: it only grows. */
export async function readEndedTotals(sql: Sql): Promise<{ jobName: string; status: string; runs: number }[]> {
  const { rows } = await sql.query<{ jobName: string; status: string; runs: number }>(
    `SELECT "jobName", status, sum(runs::float8) AS runs FROM (${EVER_ENDED}) c WHERE "jobName" <> '' GROUP BY 1, 2 ORDER BY 1, 2`,
  );
  return rows;
}

interface Source {
  rows: string;
  /** The sum of what ended so, as SQL: floating point, for sums of large integers take several times as long. */
  success: string;
  failed: string;
  cancelled: string;
  all: string;
}

function sourceOf({ span: { stepMs }, statuses }: Counted): Source {
  const sumOf = (status: CountedStatus): string => {
    if (!statuses.includes(status)) return '0::float8';
    return statuses.length === 1 ? 'sum(runs)' : `coalesce(sum(runs) FILTER (WHERE status = '${status}'), 0)`;
  };
  if (stepMs < HOUR_MS) return minutesOf(statuses);
  return {
    rows: `SELECT hour AS at, "jobName", status, runs::float8 AS runs FROM (${ENDED_BY_HOUR}) ended
      WHERE hour >= $1 AND hour < $2 AND ($4::text[] IS NULL OR "jobName" = ANY ($4))
        AND status IN (${statuses.map((status) => `'${status}'`).join(', ')})`,
    success: sumOf('SUCCESS'),
    failed: sumOf('FAILED'),
    cancelled: sumOf('CANCELLED'),
    all: 'sum(runs)',
  };
}

function minutesOf(statuses: readonly CountedStatus[]): Source {
  const sumOf = (status: CountedStatus): string =>
    statuses.includes(status) ? `sum(${status.toLowerCase()})::float8` : '0::float8';
  return {
    rows: `SELECT at, "jobName", success, failed, cancelled FROM "JobRunEnded"
      WHERE step = 'MINUTE' AND at >= $1 AND at < $2 AND ($4::text[] IS NULL OR "jobName" = ANY ($4))`,
    success: sumOf('SUCCESS'),
    failed: sumOf('FAILED'),
    cancelled: sumOf('CANCELLED'),
    all: `sum(${statuses.map((status) => status.toLowerCase()).join(' + ')})`,
  };
}

function countsIn(counted: Counted): string {
  const { rows, success, failed, cancelled } = sourceOf(counted);
  return `
SELECT ${stepAt('at')} AS at, ${groupOf('"jobName"', '$5')} AS group, ${success} AS success, ${failed} AS failed, ${cancelled} AS cancelled
FROM (${rows}) c GROUP BY 1, 2`;
}

function busiestIn(counted: Counted): string {
  const { rows, success, failed, cancelled, all } = sourceOf(counted);
  return `
WITH counted AS MATERIALIZED (${rows}), ${placesOf('"jobName"', `SELECT "jobName", ${all} AS size FROM counted GROUP BY 1 HAVING ${all} > 0`, '$5')}, parts AS (
  SELECT ${stepAt('at')} AS at, own, ${success} AS success, ${failed} AS failed, ${cancelled} AS cancelled
  FROM counted JOIN places USING ("jobName") GROUP BY 1, 2
)
SELECT at, "jobName" AS group, place, success, failed, cancelled FROM parts LEFT JOIN places ON place = parts.own`;
}
