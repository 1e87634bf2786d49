import { type HistogramStep, readHistograms } from '../store/histograms.js';
import { DAY_MS, HOUR_MS } from '../store/metrics/span.js';
import type { Sql } from '../store/sql.js';
import { combined, readSpread, type Spread } from './figures.js';

/** How long runs of a job took and waited, about and in milliseconds; null for what was not measured. */
export interface JobTimes {
  /** Of the successful ones since a whole hour a day ago. */
  took: { p50: number; p95: number } | null;
  waitedP95: number | null;
  /** Half of those in the seven days of UTC before yesterday took no longer. */
  tookBeforeP50: number | null;
}

/** The times of each of these jobs, from histograms; reads no run. */
export async function readJobTimes(sql: Sql, jobNames: string[], now: Date): Promise<(jobName: string) => JobTimes> {
  const [hour, day] = [HOUR_MS, DAY_MS].map((unit) => Math.floor(now.getTime() / unit) * unit) as [number, number];
  const of = { jobNames, groups: jobNames };
  const [lately, before] = await Promise.all([
    // Of hours: steps of whole days are read from sums of days that have gone by.
    readHistograms(sql, { ...of, span: spanOf(hour - 23 * HOUR_MS, DAY_MS, 2), measures: ['duration', 'wait'] }),
    readHistograms(sql, { ...of, span: spanOf(day - 8 * DAY_MS, 7 * DAY_MS, 1), measures: ['duration'] }),
  ]);
  const spreads = spreadsOf(lately);
  const spreadsBefore = spreadsOf(before);
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

const spanOf = (from: number, lengthMs: number, steps: number) => ({
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
