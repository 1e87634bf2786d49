import * as z from 'zod';
import { histogramMeasures } from '../histogram.js';
import { type MetricSubject, metricLimits, metricMeasures, metrics as metricTable, metricUnits } from '../metrics.js';
import { jobName } from './enqueue-options.js';
import { failureCalls } from './failures.js';
import { runnerStatuses } from './health.js';
import { isoTime } from './iso-time.js';
import { routeFor } from './policy.js';

const TAG = ['Metrics'];
const time = z.iso.datetime();
const count = z.number().int();

/** A query has one value under each name, so several are separated by commas. */
const listOf = <Item extends z.ZodType<unknown, string>>(item: Item, max: number) =>
  z
    .string()
    .max(10_000)
    .transform((text) => [...new Set(text.split(',').map((part) => part.trim()))].filter((part) => part !== ''))
    .pipe(z.array(item).min(1, 'must name at least one').max(max, `must name at most ${max}`));

const from = isoTime.optional().describe('24 hours before `to` by default; moved back to a whole minute, hour or day');
const to = isoTime.optional().describe('Now by default');

export const metricSeries = z.object({
  measure: z.enum(metricMeasures),
  unit: z.enum(metricUnits),
  group: z
    .string()
    .nullable()
    .describe('A job or a channel; null for all that was requested, or the rest of the groups'),
  isRest: z.boolean().describe('All groups that have no series of their own'),
  stepMs: count.describe('Whole hours where the figures are kept no finer'),
  since: time.nullable().describe('Since when it is kept; null where there is nothing yet'),
  points: z.array(z.number().nullable()).describe('One per step from `from` on; null where nothing is known'),
  total: z
    .number()
    .nullable()
    .describe(
      'Of the whole range: the sum of counts, the mean of samples, the percentile of all values, the longest wait',
    ),
});
export type MetricSeries = z.infer<typeof metricSeries>;

const period = z.object({ from: time, to: time, series: z.array(metricSeries) });

export const metricsAnswer = period.extend({
  stepMs: count,
  previous: period
    .nullable()
    .describe('The period of the same length before, with the same groups; null unless compared'),
  marks: z
    .array(z.object({ at: time, jobName: z.string(), version: z.string() }))
    .describe('When new versions of the jobs first ran here, at most 50, latest first'),
  since: time.nullable().describe('Since when all of these measures are kept; null where there is nothing yet'),
});
export type MetricsAnswer = z.infer<typeof metricsAnswer>;

const runnerPulse = z.object({
  runnerId: z.string(),
  name: z.string().describe('`host:pid`'),
  status: z.enum(runnerStatuses),
  startedAt: time,
  beats: z
    .array(z.object({ at: time, latencyMs: z.number().nullable() }))
    .describe('The newest 240, oldest first; latency is the round trip of the one before'),
});
export type RunnerPulse = z.infer<typeof runnerPulse>;

export const pulseAnswer = z.object({
  from: time,
  to: time,
  intervalMs: count.describe('A heartbeat is due so often; it comes up to a quarter earlier or later'),
  runners: z.array(runnerPulse).describe('At most 50: those that live, then those lost or stopped meanwhile'),
});
export type PulseAnswer = z.infer<typeof pulseAnswer>;

const jobFigures = z.object({
  jobName: z.string().nullable().describe('Null for all jobs that have no row of their own'),
  success: count,
  failed: count,
  cancelled: count,
  before: z
    .object({ success: count, failed: count, cancelled: count })
    .nullable()
    .describe('In the period of the same length before; null unless compared'),
  took: z
    .object({ p50: z.number(), p95: z.number(), totalMs: z.number() })
    .nullable()
    .describe('Of successful runs, about; null where none was measured'),
  tookBeforeP50: z.number().nullable(),
  waitedP95: z.number().nullable(),
  cpuMs: z.number().nullable().describe('CPU time of all executions; null where none was measured'),
  memoryP95: z.number().nullable().describe('In KiB'),
});
export type JobFigures = z.infer<typeof jobFigures>;

const bucket = z.object({ above: z.number(), upTo: z.number(), runs: count });

/** A request for figures. */
export const metricsQuery = z.strictObject({
  measures: listOf(z.enum(metricMeasures), metricLimits.series).describe('Separated by commas'),
  from,
  to,
  step: z.coerce
    .number()
    .int()
    .min(60_000)
    .optional()
    .describe(
      'In milliseconds: whole minutes below an hour, whole hours below a day, or whole days; by the range by default',
    ),
  jobName: listOf(jobName, metricLimits.names).optional().describe('Of these jobs alone; separated by commas'),
  channel: listOf(z.string().min(1).max(100), metricLimits.names)
    .optional()
    .describe('Of these channels alone; separated by commas'),
  region: z.string().min(1).max(100).optional().describe('Of the runners with this label `region` alone'),
  groupBy: z.enum(['job', 'channel']).optional().describe('A series for each, the largest first, and one for the rest'),
  compare: z.stringbool().default(false).describe('With the period of the same length before'),
});
export type MetricsQuery = z.output<typeof metricsQuery>;

export const metricsCalls = {
  ...failureCalls,

  metrics: routeFor('view')
    .route({
      method: 'GET',
      path: '/admin/jobs/metrics',
      summary: 'Figures over time: what ended, how long it took and waited, how full the queue was',
      description: `At most ${metricLimits.points} points a series and ${metricLimits.series} series; answers are 10 s old at most, 60 s for more than a day. Measures of jobs: ${listMeasures('job')}; of channels: ${listMeasures('channel')}; of regions, by the label “region” of runners that are still listed: ${listMeasures('region')}; of the whole alone: ${listMeasures(null)}. Percentiles are approximate; those of API calls are the mean of each minute's, by its requests. What ended by channel (throughput) is what runners executed. Minutes of what ended are kept for 48 hours, of the queue for 7 days.`,
      tags: TAG,
    })
    .input(metricsQuery)
    .output(metricsAnswer),

  byJob: routeFor('view')
    .route({
      method: 'GET',
      path: '/admin/jobs/metrics/jobs',
      summary: 'What each job did in a range: how many runs ended how, how long they took, what they used',
      description: `The ${metricLimits.names} jobs of which most runs ended, and one row for all others. By whole hours, or whole days for more than 14; answers are 10 s old at most, 60 s for more than a day.`,
      tags: TAG,
    })
    .input(z.strictObject({ from, to, compare: z.stringbool().default(false) }))
    .output(
      z.object({
        from: time,
        to: time,
        jobs: z.array(jobFigures).describe('The most runs first'),
        since: time.nullable().describe('Since when runs are counted; null where there is nothing yet'),
      }),
    ),

  pulse: routeFor('view')
    .route({
      method: 'GET',
      path: '/admin/jobs/pulse',
      summary: 'Heartbeats of the runners of the last minutes, with how long each took',
      tags: TAG,
    })
    .input(z.strictObject({ minutes: z.coerce.number().int().min(1).max(60).default(30) }))
    .output(pulseAnswer),

  histogram: routeFor('view')
    .route({
      method: 'GET',
      path: '/admin/jobs/histogram',
      summary: 'How a measure of a job is spread: its buckets in a range, by whole hours',
      tags: TAG,
    })
    .input(
      z.strictObject({
        jobName: jobName.optional().describe('All jobs by default'),
        measure: z.enum(histogramMeasures).default('duration'),
        from,
        to,
      }),
    )
    .output(
      z.object({
        from: time,
        to: time,
        unit: z.enum(['ms', 'KiB']),
        runs: count,
        total: z.number(),
        max: z.number(),
        p50: z.number().nullable(),
        p95: z.number().nullable(),
        p99: z.number().nullable(),
        buckets: z.array(bucket).describe('From the first to the last that has any'),
      }),
    ),
};

function listMeasures(by: MetricSubject | null): string {
  return metricMeasures.filter((measure) => metricTable[measure].by === by).join(', ');
}
