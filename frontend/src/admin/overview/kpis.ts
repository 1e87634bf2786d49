import type { JobStats } from '@job-manager/shared/contract/run';
import type { MetricMeasure } from '@job-manager/shared/metrics';
import type { Tone } from '../../ui/chart/chart-data';

interface Kpi {
  label: string;
  measure: MetricMeasure;
  tone: Tone;
  /** More of it is good news, bad news, or neither. */
  more: 'good' | 'bad' | 'neutral';
}

/** The figures of which the strip shows four. */
export const kpis = {
  completed: { label: 'Completed', measure: 'completed', tone: 'success', more: 'good' },
  failed: { label: 'Failed', measure: 'failed', tone: 'failed', more: 'bad' },
  failureRate: { label: 'Failure rate', measure: 'failureRate', tone: 'failed', more: 'bad' },
  inFlight: { label: 'In flight', measure: 'running', tone: 'running', more: 'neutral' },
  depth: { label: 'Queue depth', measure: 'depth', tone: 'queued', more: 'bad' },
  oldest: { label: 'Oldest wait', measure: 'oldest', tone: 'cancelled', more: 'bad' },
  published: { label: 'Published', measure: 'published', tone: 'brand', more: 'neutral' },
  retries: { label: 'Retries', measure: 'retries', tone: 'cancelled', more: 'bad' },
} as const satisfies Record<string, Kpi>;

export type KpiName = keyof typeof kpis;
export const kpiNames = Object.keys(kpis) as KpiName[];

export const DEFAULT_KPIS: readonly KpiName[] = ['completed', 'failed', 'inFlight', 'depth'];
export const SHOWN_KPIS = 4;

/** A figure, and the same of the time before; null where it is not known. */
interface Figure {
  now: number | null;
  before: number | null;
}

/** Of this moment, as the other screens count it: the last step of a chart is a mean. */
export const figuresOfNow: Partial<Record<KpiName, (stats: JobStats) => number>> = {
  inFlight: ({ active }) => active,
  depth: ({ queued }) => queued,
};

/** Of the last 24 hours, as the dashboard counts them: steps of whole hours reach back up to an hour more. */
export const figuresOfDay: Partial<Record<KpiName, (stats: JobStats) => Figure>> = {
  completed: ({ last24h, previous }) => ({ now: last24h.success, before: previous.completed }),
  failed: ({ last24h, previous }) => ({ now: last24h.failed, before: previous.failed }),
  failureRate: ({ last24h: { success, failed } }) => ({
    now: success + failed === 0 ? null : failed / (success + failed),
    before: null,
  }),
};
