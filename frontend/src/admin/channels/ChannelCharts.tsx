import { type MetricChart, MetricCharts } from '../../components/metrics/MetricCharts';

const charts: readonly MetricChart[] = [
  {
    title: 'Depth',
    kind: 'line',
    drawings: [
      { measure: 'depth', name: 'queued', tone: 'queued' },
      { measure: 'due', name: 'due', tone: 'brand' },
      { measure: 'running', name: 'running', tone: 'running' },
    ],
  },
  {
    title: 'Throughput',
    kind: 'line',
    drawings: [
      { measure: 'throughput', name: 'ended', tone: 'success' },
      { measure: 'throughput.failed', name: 'failed', tone: 'failed' },
    ],
  },
  { title: 'Oldest due', kind: 'line', drawings: [{ measure: 'oldest', name: 'waited', tone: 'cancelled' }] },
];

/** How full a channel was over time, what ended in it, and how long its oldest due run had waited. */
export const ChannelCharts = ({ channel }: { channel: string }) => (
  <MetricCharts
    charts={charts}
    of={{ channel }}
    defaultRange="24h"
    empty="Channels are looked at once a minute while a server runs."
  />
);
