import { readHistograms } from '@job-manager/engine/store/histograms';
import type { CountStep } from '@job-manager/engine/store/metrics/counted';
import { readBusiestCounts, readCounts } from '@job-manager/engine/store/metrics/counts';
import { readKnownSince } from '@job-manager/engine/store/metrics/known';
import { DAY_MS, HOUR_MS, type Span } from '@job-manager/engine/store/metrics/span';
import type { Sql } from '@job-manager/engine/store/sql';
import type { JobFigures } from '@job-manager/shared/contract/metrics';
import type { HistogramMeasure } from '@job-manager/shared/histogram';
import { metricLimits } from '@job-manager/shared/metrics';
import { combined, readSpread, type Spread } from './figures.js';
import { spanBefore } from './span.js';

const STATUSES = ['SUCCESS', 'FAILED', 'CANCELLED'] as const;
const MEASURES = ['duration', 'wait', 'cpu', 'memory'] as const satisfies HistogramMeasure[];
/** The row of all jobs without one of their own. */
const REST = null;
type Group = string | null;

/** What each job did in a range. Reads counters and histograms, and no run. */
export async function readJobFigures(
  sql: Sql,
  span: Span,
  isCompared: boolean,
): Promise<{ jobs: JobFigures[]; since: string | null }> {
  const whole = coarse(span);
  const counted = { statuses: STATUSES, jobNames: null };
  const { names, hasRest, steps } = await readBusiestCounts(sql, { ...counted, span: whole }, metricLimits.names + 1);
  const before = coarse(spanBefore(span));
  const [known, spreads, spreadsBefore, stepsBefore] = await Promise.all([
    readKnownSince(sql),
    readSpreads(sql, whole, { names, measures: MEASURES }),
    isCompared ? readSpreads(sql, before, { names, measures: ['duration'] }) : null,
    isCompared ? readCounts(sql, { ...counted, span: before, groups: names }) : null,
  ]);
  const [now, then] = [sumsOf(steps), stepsBefore && sumsOf(stepsBefore)];
  const figuresOf = (group: Group): JobFigures => ({
    jobName: group,
    ...(now.get(group) ?? NONE),
    before: then && (then.get(group) ?? NONE),
    ...timesOf(spreads.of(group)),
    tookBeforeP50: percentile(spreadsBefore?.of(group)('duration'), 'p50'),
  });
  return {
    jobs: [...names, ...(hasRest ? [REST] : [])].map(figuresOf),
    since: known.counts?.toISOString() ?? null,
  };
}

/** As few steps as its counters allow: whole days as one, else parts of less than a day. */
function coarse(span: Span): Span {
  const lengthMs = span.to.getTime() - span.from.getTime();
  return { ...span, stepMs: span.stepMs >= DAY_MS ? lengthMs : Math.min(lengthMs, DAY_MS - HOUR_MS) };
}

interface Sums {
  success: number;
  failed: number;
  cancelled: number;
}
const NONE: Sums = { success: 0, failed: 0, cancelled: 0 };

function sumsOf(steps: CountStep[]): Map<Group, Sums> {
  const sums = new Map<Group, Sums>();
  for (const { group, success, failed, cancelled } of steps) {
    const sum = sums.get(group) ?? NONE;
    sums.set(group, {
      success: sum.success + success,
      failed: sum.failed + failed,
      cancelled: sum.cancelled + cancelled,
    });
  }
  return sums;
}

const ALL = '';

/** Histograms of the whole range by job; that of the rest is what these leave of the one of all jobs. */
async function readSpreads(
  sql: Sql,
  span: Span,
  { names, measures }: { names: string[]; measures: readonly HistogramMeasure[] },
) {
  const groups = [ALL, ...names];
  const steps = await readHistograms(sql, { span, measures: [...measures], jobNames: groups, groups });
  const spreads = new Map<string, Spread>();
  const add = (key: string, step: Spread, sign: 1 | -1) => spreads.set(key, combined(spreads.get(key), step, sign));
  for (const { group, measure, ...step } of steps) {
    if (group !== ALL) add(`${measure} ${group}`, step, 1);
    add(`${measure} ${ALL}`, step, group === ALL ? 1 : -1);
  }
  return { of: (group: Group) => (measure: HistogramMeasure) => spreads.get(`${measure} ${group ?? ALL}`) };
}

function timesOf(spreadOf: (measure: HistogramMeasure) => Spread | undefined) {
  const took = spreadOf('duration');
  const [p50, p95] = [percentile(took, 'p50'), percentile(took, 'p95')];
  const cpu = spreadOf('cpu');
  return {
    took: took === undefined || p50 === null || p95 === null ? null : { p50, p95, totalMs: took.total },
    waitedP95: percentile(spreadOf('wait'), 'p95'),
    cpuMs: cpu === undefined ? null : readSpread(cpu, 'total'),
    memoryP95: percentile(spreadOf('memory'), 'p95'),
  };
}

const percentile = (spread: Spread | undefined, part: 'p50' | 'p95') =>
  spread === undefined ? null : readSpread(spread, part);
