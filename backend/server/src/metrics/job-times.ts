import { type HistogramStep, readHistograms } from '@job-manager/engine/store/histograms';
import { readCounts } from '@job-manager/engine/store/metrics/counts';
import { DAY_MS, HOUR_MS, type Span } from '@job-manager/engine/store/metrics/span';
import type { Sql } from '@job-manager/engine/store/sql';
import type { ActivityRange } from '@job-manager/shared/contract/definitions';
import { combined, readSpread, type Spread } from './figures.js';

/** How long runs of a job took and waited, about and in milliseconds; null for what was not measured. */
export interface JobTimes {
  /** Of the successful ones of the range; for a day since a whole hour. */
  took: { p50: number; p95: number } | null;
  waitedP95: number | null;
  /** Half of those in the seven days of UTC before the range took no longer; for a day of those before yesterday. */
  tookBeforeP50: number | null;
}

/** The times of each of these jobs, from histograms; reads no run. */
export async function readJobTimes(
  sql: Sql,
  jobNames: string[],
  { range, now }: { range: ActivityRange; now: Date },
): Promise<(jobName: string) => JobTimes> {
  const of = { jobNames, groups: jobNames };
  const [span, before] = [spanOf(range, now), weekBefore(range, now)];
  const [lately, earlier] = await Promise.all([
    readHistograms(sql, { ...of, span, measures: ['duration', 'wait'] }),
    readHistograms(sql, { ...of, span: before, measures: ['duration'] }),
  ]);
  const spreads = spreadsOf(lately);
  const spreadsBefore = spreadsOf(earlier);
  return (jobName) => {
    const took = spreads.get(`duration ${jobName}`);
    const [p50, p95] = [percentile(took, 'p50'), percentile(took, 'p95')];
    return {
      took: p50 === null || p95 === null ? null : { p50, p95 },
      waitedP95: percentile(spreads.get(`wait ${jobName}`), 'p95'),
      tookBeforeP50: percentile(spreadsBefore.get(`duration ${jobName}`), 'p50'),
    };
  };
}

/** What ended of each of these jobs in so many days of UTC, of which the last is today; from counters of days. */
export async function readJobCounts(
  sql: Sql,
  jobNames: string[],
  { range, now }: { range: Exclude<ActivityRange, '24h'>; now: Date },
) {
  const span = spanOf(range, now);
  const statuses = ['SUCCESS', 'FAILED', 'CANCELLED'] as const;
  const steps = await readCounts(sql, { span, statuses, jobNames, groups: jobNames });
  const counts = new Map(steps.map(({ group, success, failed, cancelled }) => [group, { success, failed, cancelled }]));
  const countsOf = (jobName: string) => counts.get(jobName) ?? { success: 0, failed: 0, cancelled: 0 };
  return { countsOf, since: span.from };
}

const DAYS = { '7d': 7, '30d': 30 } as const;

const floorTo = (unit: number, now: Date): number => Math.floor(now.getTime() / unit) * unit;

/** A range as one step; a day as two, for steps of whole days are read from sums of days that have gone by. */
function spanOf(range: ActivityRange, now: Date): Span {
  if (range === '24h') return stepsOf(floorTo(HOUR_MS, now) - 23 * HOUR_MS, DAY_MS, 2);
  const lengthMs = DAYS[range] * DAY_MS;
  return stepsOf(floorTo(DAY_MS, now) + DAY_MS - lengthMs, lengthMs, 1);
}

function weekBefore(range: ActivityRange, now: Date): Span {
  const to = range === '24h' ? floorTo(DAY_MS, now) - DAY_MS : spanOf(range, now).from.getTime();
  return stepsOf(to - 7 * DAY_MS, 7 * DAY_MS, 1);
}

const stepsOf = (from: number, lengthMs: number, steps: number): Span => ({
  from: new Date(from),
  to: new Date(from + lengthMs),
  stepMs: lengthMs / steps,
});

/** All steps of a measure of a job as one. */
function spreadsOf(steps: HistogramStep[]): Map<string, Spread> {
  const spreads = new Map<string, Spread>();
  for (const step of steps) {
    const key = `${step.measure} ${step.group}`;
    spreads.set(key, combined(spreads.get(key), step, 1));
  }
  return spreads;
}

const percentile = (spread: Spread | undefined, part: 'p50' | 'p95') => (spread ? readSpread(spread, part) : null);
