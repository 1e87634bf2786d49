import type { HistogramMeasure } from './histogram.js';

/** What a measure is split and filtered by; the other one would change nothing about it, so it is refused. */
export type MetricSubject = 'job' | 'channel' | 'region';

type Source =
  /** The counters of what ended, retried attempts included. */
  | { from: 'counts'; of: 'completed' | 'failed' | 'cancelled' | 'failureRate' }
  | { from: 'histogram'; of: HistogramMeasure; read: 'p50' | 'p95' | 'p99' | 'avg' | 'total' | 'runs' }
  | { from: 'queue'; of: 'depth' | 'due' | 'oldest' | 'running' }
  | { from: 'created' }
  /** Executions that ended a run, as runners count them. */
  | { from: 'channels'; of: 'ended' | 'failed' }
  | { from: 'system'; of: 'requests' | 'errors' | 'p50' | 'p95' | 'database' | 'notification' | 'sockets' }
  | { from: 'runners' };

export const metricUnits = ['runs', 'share', 'ms', 'KiB', 'slots', 'attempts', 'requests', 'sockets'] as const;

export interface Metric {
  unit: (typeof metricUnits)[number];
  /** Null for a figure of the whole. */
  by: MetricSubject | null;
  source: Source;
}

const ofRuns = (of: 'completed' | 'failed' | 'cancelled'): Metric => ({
  unit: 'runs',
  by: 'job',
  source: { from: 'counts', of },
});
const ofValues = (
  of: HistogramMeasure,
  read: (Source & { from: 'histogram' })['read'],
  unit: Metric['unit'] = 'ms',
): Metric => ({ unit, by: 'job', source: { from: 'histogram', of, read } });
const ofQueue = (of: (Source & { from: 'queue' })['of'], unit: Metric['unit'] = 'runs'): Metric => ({
  unit,
  by: 'channel',
  source: { from: 'queue', of },
});

const ofSystem = (of: (Source & { from: 'system' })['of'], unit: Metric['unit'] = 'ms'): Metric => ({
  unit,
  by: null,
  source: { from: 'system', of },
});
const ofChannels = (of: (Source & { from: 'channels' })['of']): Metric => ({
  unit: 'runs',
  by: 'channel',
  source: { from: 'channels', of },
});

/** Everything that can be charted, and what it is read from. */
export const metrics = {
  published: { unit: 'runs', by: null, source: { from: 'created' } },
  completed: ofRuns('completed'),
  failed: ofRuns('failed'),
  cancelled: ofRuns('cancelled'),
  failureRate: { unit: 'share', by: 'job', source: { from: 'counts', of: 'failureRate' } },
  retries: ofValues('retry', 'runs', 'attempts'),
  'took.p50': ofValues('duration', 'p50'),
  'took.p95': ofValues('duration', 'p95'),
  'took.p99': ofValues('duration', 'p99'),
  'took.avg': ofValues('duration', 'avg'),
  'waited.p50': ofValues('wait', 'p50'),
  'waited.p95': ofValues('wait', 'p95'),
  'waited.p99': ofValues('wait', 'p99'),
  depth: ofQueue('depth'),
  due: ofQueue('due'),
  oldest: ofQueue('oldest', 'ms'),
  running: ofQueue('running'),
  throughput: ofChannels('ended'),
  'throughput.failed': ofChannels('failed'),
  slots: { unit: 'slots', by: 'region', source: { from: 'runners' } },
  'cpu.p95': ofValues('cpu', 'p95'),
  'memory.p95': ofValues('memory', 'p95', 'KiB'),
  cpuTime: ofValues('cpu', 'total'),
  'api.requests': ofSystem('requests', 'requests'),
  'api.errors': ofSystem('errors', 'requests'),
  'api.p50': ofSystem('p50'),
  'api.p95': ofSystem('p95'),
  database: ofSystem('database'),
  notification: ofSystem('notification'),
  sockets: ofSystem('sockets', 'sockets'),
} as const satisfies Record<string, Metric>;

export type MetricMeasure = keyof typeof metrics;
export const metricMeasures = Object.keys(metrics) as [MetricMeasure, ...MetricMeasure[]];

/** Of one answer. */
export const metricLimits = { points: 400, series: 12, names: 50 } as const;
