import { type HistogramStep, readHistograms } from '@job-manager/engine/store/histograms';
import { type ChannelStep, readChannelSteps } from '@job-manager/engine/store/metrics/channel-ended';
import type { CountStep } from '@job-manager/engine/store/metrics/counted';
import { readCountedSteps, readCounts } from '@job-manager/engine/store/metrics/counts';
import type { KnownSince } from '@job-manager/engine/store/metrics/known';
import { type QueueStep, readCreated, readQueueSteps } from '@job-manager/engine/store/metrics/queue';
import { readSlots } from '@job-manager/engine/store/metrics/runners';
import { HOUR_MS, indexOf, pointsOf, type Span } from '@job-manager/engine/store/metrics/span';
import { readSystemSteps, type SystemStep } from '@job-manager/engine/store/metrics/system';
import type { Sql } from '@job-manager/engine/store/sql';
import { type HistogramMeasure, histogramMeasures, percentileOf } from '@job-manager/shared/histogram';
import { type Metric, type MetricMeasure, metrics } from '@job-manager/shared/metrics';
import { type Groups, queueFiguresOf, type Subjects, statusesOf } from './groups.js';

/** A figure of each step, and of the whole range; null where nothing is known. */
export interface Figures {
  stepMs: number;
  points: (number | null)[];
  total: number | null;
}

/** What was read of a range, from which the figures of any measure and group follow. */
export interface Readings {
  figuresOf(measure: MetricMeasure, group: string | null): Figures;
}

/** The group of all, where nothing is grouped. */
export const ALL = '';

interface Reading {
  span: Span;
  subjects: Subjects;
  groups: Pick<Groups, 'names' | 'counts' | 'queue'> | null;
  known: KnownSince;
}

/** Reads what these measures need, once each. */
export async function readFigures(sql: Sql, measures: MetricMeasure[], reading: Reading): Promise<Readings> {
  const { span, subjects, groups, known } = reading;
  const sources = measures.map((measure): Metric['source'] => metrics[measure].source);
  const has = (from: Metric['source']['from']) => sources.some((source) => source.from === from);
  const ofJobs = subjects.groupBy === 'job' ? (groups?.names ?? null) : null;
  const ofChannels = subjects.groupBy === 'channel' ? (groups?.names ?? null) : null;
  const { jobNames, channels } = subjects;
  const sampled = { span, channels, figures: queueFiguresOf(measures), groups: ofChannels };
  const counted = { span, jobNames, statuses: statusesOf(measures), groups: ofJobs };
  const hours = { ...span, stepMs: Math.max(span.stepMs, HOUR_MS) };
  const histogramsOf = histogramMeasures.filter((one) =>
    sources.some((source) => source.from === 'histogram' && source.of === one),
  );
  const [counts, countedAt, histograms, queue, created, slots, ended, system] = await Promise.all([
    has('counts') ? (groups?.counts ?? readCounts(sql, counted)) : [],
    has('counts') && span.stepMs < HOUR_MS ? readCountedSteps(sql, span) : null,
    histogramsOf.length > 0
      ? readHistograms(sql, {
          span: hours,
          measures: histogramsOf,
          jobNames: jobNames ?? [ALL, ...(ofJobs ?? [])],
          groups: ofJobs === null ? null : [ALL, ...ofJobs],
        })
      : [],
    has('queue') ? (groups?.queue ?? readQueueSteps(sql, sampled)) : [],
    has('created') ? readCreated(sql, span) : [],
    has('runners') ? readSlots(sql, { span, region: subjects.region ?? null, now: known.now }) : [],
    has('channels') ? readChannelSteps(sql, { span, channels, groups: ofChannels }) : [],
    has('system') ? readSystemSteps(sql, span) : [],
  ]);
  const isAllJobs = jobNames === null;
  const isWhole = channels === null && ofChannels === null;
  return {
    figuresOf: (measure, group) => {
      const { source }: Metric = metrics[measure];
      if (source.from === 'counts') return countFigures(counts, source.of, { span, group, known, countedAt });
      if (source.from === 'queue') return queueFigures(queue, source.of, { span, group, isWhole });
      if (source.from === 'created') return createdFigures(created, span);
      if (source.from === 'runners') return slotFigures(slots, span);
      if (source.from === 'channels') return channelFigures(ended, source.of, { span, group, known });
      if (source.from === 'system') return systemFigures(system, source.of, span);
      const steps = histograms.filter((step) => step.measure === source.of);
      return histogramFigures(steps, source.read, { span: hours, group, isRestOfAll: isAllJobs && group === null });
    },
  };
}

const sumOf = (values: (number | null)[]): number => values.reduce<number>((sum, value) => sum + (value ?? 0), 0);
const known = (values: (number | null)[]): number[] => values.filter((value) => value !== null);

function meanOf(values: (number | null)[]): number | null {
  const all = known(values);
  return all.length === 0 ? null : sumOf(all) / all.length;
}

function filled(span: Span, valueAt: (index: number) => number | null): (number | null)[] {
  return Array.from({ length: pointsOf(span) }, (_, index) => valueAt(index));
}

/** The future is unknown, as is the time before counting began. */
function countFigures(
  steps: CountStep[],
  of: 'completed' | 'failed' | 'cancelled' | 'failureRate',
  place: { span: Span; group: string | null; known: KnownSince; countedAt: Date[] | null },
): Figures {
  const { span, group } = place;
  const { now, counts: since } = place.known;
  const countedAt = place.countedAt && new Set(place.countedAt.map((at) => indexOf(span, at)));
  const byStep = new Map(steps.filter((step) => step.group === group).map((step) => [indexOf(span, step.at), step]));
  const startOf = (index: number) => span.from.getTime() + index * span.stepMs;
  const isKnown = (index: number) =>
    since !== null &&
    startOf(index) <= now.getTime() &&
    startOf(index + 1) > since.getTime() &&
    (countedAt === null || countedAt.has(index) || byStep.has(index));
  const read = (step: CountStep | undefined): number | null => {
    const { success = 0, failed = 0, cancelled = 0 } = step ?? {};
    if (of === 'completed') return success;
    if (of !== 'failureRate') return of === 'failed' ? failed : cancelled;
    return success + failed === 0 ? null : failed / (success + failed);
  };
  const points = filled(span, (index) => (isKnown(index) ? read(byStep.get(index)) : null));
  if (of !== 'failureRate')
    return { stepMs: span.stepMs, points, total: known(points).length === 0 ? null : sumOf(points) };
  const all = [...byStep.values()];
  const sums = {
    success: sumOf(all.map(({ success }) => success)),
    failed: sumOf(all.map(({ failed }) => failed)),
    cancelled: 0,
  };
  return { stepMs: span.stepMs, points, total: read({ at: span.from, group, ...sums }) };
}

function queueFigures(
  steps: QueueStep[],
  of: 'depth' | 'due' | 'oldest' | 'running',
  { span, group, isWhole }: { span: Span; group: string | null; isWhole: boolean },
): Figures {
  const sampled = new Set(steps.filter(({ kind }) => kind === 'whole').map(({ at }) => indexOf(span, at)));
  const kind = isWhole ? 'whole' : 'part';
  const byStep = new Map(
    steps
      .filter((step) => step.kind === kind && step.group === group)
      .map((step) => [indexOf(span, step.at), step[of]]),
  );
  const points = filled(span, (index) => (sampled.has(index) ? (byStep.get(index) ?? 0) : null));
  const longest = known(points).length === 0 ? null : Math.max(...known(points));
  return { stepMs: span.stepMs, points, total: of === 'oldest' ? longest : meanOf(points) };
}

/** A step whose predecessor was not sampled has no figure: what was created in the gap isn't its own. */
function createdFigures(steps: { at: Date; created: number }[], span: Span): Figures {
  const byStep = new Map(steps.map(({ at, created }) => [indexOf(span, at), created]));
  const points = filled(span, (index) => {
    const [now, before] = [byStep.get(index), byStep.get(index - 1)];
    return now === undefined || before === undefined ? null : Math.max(0, now - before);
  });
  const [first, last] = [steps[0], steps.at(-1)];
  const total =
    first === undefined || last === undefined || first === last ? null : Math.max(0, last.created - first.created);
  return { stepMs: span.stepMs, points, total };
}

function slotFigures(steps: { at: Date; slots: number }[], span: Span): Figures {
  const byStep = new Map(steps.map(({ at, slots }) => [indexOf(span, at), slots]));
  const points = filled(span, (index) => byStep.get(index) ?? null);
  return { stepMs: span.stepMs, points, total: meanOf(points) };
}

/** Nothing ended in a step without a row, since it was counted and until now. */
function channelFigures(
  steps: ChannelStep[],
  of: 'ended' | 'failed',
  { span, group, known: { now, channels: since } }: { span: Span; group: string | null; known: KnownSince },
): Figures {
  const byStep = new Map(steps.filter((step) => step.group === group).map((step) => [indexOf(span, step.at), step]));
  const points = filled(span, (index) => {
    const start = span.from.getTime() + index * span.stepMs;
    if (since === null || start > now.getTime() || start + span.stepMs <= since.getTime()) return null;
    const { success = 0, failed = 0, cancelled = 0 } = byStep.get(index) ?? {};
    return of === 'failed' ? failed : success + failed + cancelled;
  });
  return { stepMs: span.stepMs, points, total: known(points).length === 0 ? null : sumOf(points) };
}

function systemFigures(
  steps: SystemStep[],
  of: 'requests' | 'errors' | 'p50' | 'p95' | 'database' | 'notification' | 'sockets',
  span: Span,
): Figures {
  const byStep = new Map(steps.map((step) => [indexOf(span, step.at), step[of]]));
  const points = filled(span, (index) => byStep.get(index) ?? null);
  const isSum = of === 'requests' || of === 'errors';
  const total = isSum && known(points).length > 0 ? sumOf(points) : meanOf(points);
  return { stepMs: span.stepMs, points, total };
}

export type Spread = Pick<HistogramStep, 'runs' | 'total' | 'max' | 'buckets'>;

/** The rest of all jobs is what those with series of their own leave of the histogram of all. */
function histogramFigures(
  steps: HistogramStep[],
  read: 'p50' | 'p95' | 'p99' | 'avg' | 'total' | 'runs',
  { span, group, isRestOfAll }: { span: Span; group: string | null; isRestOfAll: boolean },
): Figures {
  const byStep = new Map<number, Spread>();
  for (const step of steps) {
    const index = indexOf(span, step.at);
    const before = byStep.get(index);
    if (isRestOfAll) byStep.set(index, combined(before, step, step.group === ALL ? 1 : -1));
    else if (step.group === group) byStep.set(index, combined(before, step, 1));
  }
  const points = filled(span, (index) => {
    const spread = byStep.get(index);
    return spread ? readSpread(spread, read) : null;
  });
  const whole = [...byStep.values()].reduce<Spread | undefined>((sum, one) => combined(sum, one, 1), undefined);
  return { stepMs: span.stepMs, points, total: whole ? readSpread(whole, read) : null };
}

/** Two spreads as one, or one without the other. */
export function combined(sum: Spread | undefined, more: Spread, sign: 1 | -1): Spread {
  return {
    runs: (sum?.runs ?? 0) + sign * more.runs,
    total: (sum?.total ?? 0) + sign * more.total,
    max: Math.max(sum?.max ?? 0, more.max),
    buckets: more.buckets.map((count, index) => (sum?.buckets[index] ?? 0) + sign * count),
  };
}

const PARTS = { p50: 0.5, p95: 0.95, p99: 0.99 } as const;

/** A percentile, mean, sum or number of the values; null where there are none. */
export function readSpread({ runs, total, max, buckets }: Spread, read: keyof typeof PARTS | 'avg' | 'total' | 'runs') {
  if (runs <= 0) return null;
  if (read === 'runs') return runs;
  if (read === 'total') return total;
  return read === 'avg' ? total / runs : percentileOf(buckets, PARTS[read], max);
}

/** All values of a measure in a range; null where there are none. */
export async function readSpreadOf(
  sql: Sql,
  span: Span,
  measure: HistogramMeasure,
  jobName: string,
): Promise<Spread | null> {
  const steps = await readHistograms(sql, { span, measures: [measure], jobNames: [jobName], groups: null });
  return steps.reduce<Spread | undefined>((sum, one) => combined(sum, one, 1), undefined) ?? null;
}
