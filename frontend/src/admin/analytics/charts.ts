import type { MetricChart } from '../../components/metrics/MetricCharts';
import type { AnalyticsTab } from './url-state';

const took: MetricChart = {
  title: 'Took',
  kind: 'line',
  drawings: [
    { measure: 'took.p50', name: 'p50 ≈', tone: 'running' },
    { measure: 'took.p95', name: 'p95 ≈', tone: 'brand' },
    { measure: 'took.p99', name: 'p99 ≈', tone: 'queued' },
  ],
};
const waited: MetricChart = {
  title: 'Waited',
  kind: 'line',
  drawings: [
    { measure: 'waited.p50', name: 'p50 ≈', tone: 'running' },
    { measure: 'waited.p95', name: 'p95 ≈', tone: 'cancelled' },
  ],
};
const ended: MetricChart = {
  title: 'Ended',
  kind: 'bars',
  drawings: [
    { measure: 'completed', name: 'succeeded', tone: 'success' },
    { measure: 'failed', name: 'failed', tone: 'failed' },
    { measure: 'cancelled', name: 'cancelled', tone: 'cancelled' },
  ],
};
const rate: MetricChart = {
  title: 'Failure rate',
  kind: 'line',
  drawings: [{ measure: 'failureRate', name: 'of completed and failed', tone: 'failed' }],
};
const retries: MetricChart = {
  title: 'Retries',
  kind: 'bars',
  drawings: [{ measure: 'retries', name: 'further attempts', tone: 'cancelled' }],
};
const queue: MetricChart[] = [
  {
    title: 'Depth',
    kind: 'area',
    drawings: [
      { measure: 'depth', name: 'queued', tone: 'queued' },
      { measure: 'due', name: 'due', tone: 'running' },
    ],
  },
  { title: 'Oldest wait', kind: 'line', drawings: [{ measure: 'oldest', name: 'of due runs', tone: 'failed' }] },
];
const resources: MetricChart[] = [
  { title: 'CPU time', kind: 'bars', drawings: [{ measure: 'cpuTime', name: 'of all runs', tone: 'brand' }] },
  { title: 'CPU of a run', kind: 'line', drawings: [{ measure: 'cpu.p95', name: 'p95 ≈', tone: 'running' }] },
  { title: 'Memory of a run', kind: 'line', drawings: [{ measure: 'memory.p95', name: 'p95 ≈', tone: 'brand' }] },
];

/** The charts of each tab: those of jobs are of one where one is chosen. */
export const chartsOf: Record<AnalyticsTab, readonly MetricChart[]> = {
  volume: [ended, took],
  duration: [took, waited],
  failures: [
    rate,
    { ...ended, title: 'Failed', drawings: [{ measure: 'failed', name: 'runs', tone: 'failed' }] },
    retries,
  ],
  capacity: [
    { title: 'Running', kind: 'area', drawings: [{ measure: 'running', name: 'runs', tone: 'running' }] },
    ...queue,
  ],
  resources,
};

/** Of the whole alone, so only where neither a job nor a channel is chosen. */
export const slots: MetricChart = {
  title: 'Slots used',
  kind: 'area',
  drawings: [
    { measure: 'running', name: 'running', tone: 'running' },
    { measure: 'slots', name: 'slots there', tone: 'queued' },
  ],
};
export const published: MetricChart = {
  title: 'Published',
  kind: 'bars',
  drawings: [{ measure: 'published', name: 'runs', tone: 'brand' }],
};
