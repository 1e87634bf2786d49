import { bucketBounds, type HistogramMeasure } from '@job-manager/shared/histogram';
import { addChannelEnded, type ChannelEnded } from './channel-ended.js';
import { DAY_MS, groupOf, HOUR_MS, type Span, stepAt } from './metrics/span.js';
import type { Sql } from './sql.js';
import { beginOf, isDue, rowsOf } from './steps.js';

/** Values of one measure of one job: how many, their sum and largest, and how many in each bucket. */
export interface Histogram {
  jobName: string;
  measure: HistogramMeasure;
  runs: number;
  total: number;
  max: number;
  buckets: number[];
}

/**
 * Adds collected values to the histograms of this hour and to the channels, in one statement. When it rejects, none
 * were added.
 */
export async function addHistograms(sql: Sql, histograms: Histogram[], ended: ChannelEnded[]): Promise<void> {
  await sql.query(ADD, [JSON.stringify(histograms), JSON.stringify(ended)]);
}

// Sorted, so that two such statements take their locks in one order. A bucket that is full stays full.
const ADD = `
WITH ${addChannelEnded('$2')}
INSERT INTO "JobRunHistogram" AS h (step, at, "jobName", measure, runs, total, max, buckets)
SELECT 'HOUR', ${beginOf('HOUR', 'clock_timestamp()')}, "jobName", measure, runs, total, max, buckets
FROM jsonb_to_recordset($1::jsonb) AS g("jobName" text, measure text, runs bigint, total bigint, max bigint, buckets int[])
ORDER BY "jobName", measure
ON CONFLICT (step, at, "jobName", measure) DO UPDATE
SET runs = h.runs + EXCLUDED.runs, total = h.total + EXCLUDED.total, max = greatest(h.max, EXCLUDED.max),
  buckets = ARRAY(SELECT least(a::bigint + b, 2147483647)::int FROM unnest(h.buckets, EXCLUDED.buckets) WITH ORDINALITY AS u(a, b, n) ORDER BY n)`;

/** The sum of the buckets of many rows, as an SQL expression: 64 sums take a tenth of the time of taking the arrays apart. */
const SUMMED = `ARRAY[${bucketBounds.map((_, index) => `sum(buckets[${index + 1}])`).join(', ')}]`;

/** As text, since the driver reads an array of PostgreSQL number by number, and JSON ten times as fast. */
const AS_JSON = `'[' || array_to_string(${SUMMED}, ',') || ']'`;

/** Sums the hours of past days. */
export const SUM_HISTOGRAM_DAYS = `
INSERT INTO "JobRunHistogram" (step, at, "jobName", measure, runs, total, max, buckets)
SELECT 'DAY', ${beginOf('DAY', 'at')}, "jobName", measure, sum(runs), sum(total), max(max),
  ARRAY(SELECT least(n, 2147483647)::int FROM unnest(${SUMMED}) AS n)
FROM "JobRunHistogram"
WHERE ${isDue('JobRunHistogram', 'HOUR', 'DAY')}
GROUP BY 2, 3, 4 ON CONFLICT DO NOTHING`;

export interface HistogramRequest {
  /** In whole hours, or whole days. */
  span: Span;
  measures: HistogramMeasure[];
  /** '' for the histogram of all jobs. */
  jobNames: string[];
  /** Jobs with histograms of their own; null for one of all that are named. */
  groups: string[] | null;
}

/** A histogram of one step. `group` is '' where there are none, null for the rest of them. */
export interface HistogramStep extends Omit<Histogram, 'jobName'> {
  at: Date;
  group: string | null;
}

/** The histograms of each step, group and measure of a span; those without values are missing. Reads no run. */
export async function readHistograms(sql: Sql, request: HistogramRequest): Promise<HistogramStep[]> {
  const { span, measures, jobNames, groups } = request;
  const { from, to, stepMs } = span;
  const { rows } = await sql.query<HistogramStep & { buckets: string }>(stepMs % DAY_MS === 0 ? OF_DAYS : OF_HOURS, [
    from,
    to,
    stepMs,
    measures,
    jobNames,
    groups,
  ]);
  return rows.map(({ buckets, ...step }) => ({ ...step, buckets: JSON.parse(buckets) as number[] }));
}

const sumsOf = (stepMs: number): string => `
SELECT ${stepAt('at')} AS at, ${groupOf('"jobName"', '$6')} AS group, measure, sum(runs)::float8 AS runs, sum(total)::float8 AS total,
  max(max)::float8 AS max, ${AS_JSON} AS buckets
FROM (${rowsOf('JobRunHistogram', 'at, "jobName", measure, runs, total, max, buckets', stepMs, '"jobName" = ANY ($5::text[]) AND measure = ANY ($4::text[])')}) h
GROUP BY 1, 2, 3`;

const OF_HOURS = sumsOf(HOUR_MS);
const OF_DAYS = sumsOf(DAY_MS);
