import { type MetricChart, MetricCharts } from '../../components/metrics/MetricCharts';

const charts: readonly MetricChart[] = [
  {
    title: 'API calls',
    kind: 'line',
    drawings: [
      { measure: 'api.p50', name: 'p50 ≈', tone: 'running' },
      { measure: 'api.p95', name: 'p95 ≈', tone: 'brand' },
    ],
  },
  {
    title: 'Calls answered',
    kind: 'line',
    drawings: [
      { measure: 'api.requests', name: 'all', tone: 'success' },
      { measure: 'api.errors', name: 'with an error of the server', tone: 'failed' },
    ],
  },
  {
    title: 'Round trips',
    kind: 'line',
    drawings: [
      { measure: 'database', name: 'database', tone: 'brand' },
      { measure: 'notification', name: 'notification', tone: 'queued' },
    ],
  },
  { title: 'Live connections', kind: 'line', drawings: [{ measure: 'sockets', name: 'open', tone: 'running' }] },
];

/** How the servers did over time: their calls, the round trips to the database, and their live connections. */
export const SystemCharts = () => (
  <MetricCharts
    charts={charts}
    of={{}}
    defaultRange="24h"
    empty="Each server is sampled once a minute while it runs."
  />
);
