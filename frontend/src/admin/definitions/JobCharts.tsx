import { useQuery } from '@tanstack/react-query';
import { useCallback } from 'react';
import { type MetricChart, MetricCharts } from '../../components/metrics/MetricCharts';
import { tookQuery } from '../../components/metrics/metric-calls';
import { formatDuration } from '../../lib/duration';
import type { RangeName } from '../../lib/time-range';
import { Histogram } from '../../ui/chart/Histogram';

const charts: readonly MetricChart[] = [
  {
    title: 'Ended',
    kind: 'bars',
    drawings: [
      { measure: 'completed', name: 'succeeded', tone: 'success' },
      { measure: 'failed', name: 'failed', tone: 'failed' },
      { measure: 'cancelled', name: 'cancelled', tone: 'cancelled' },
    ],
  },
  {
    title: 'Failure rate',
    kind: 'line',
    drawings: [{ measure: 'failureRate', name: 'of completed and failed', tone: 'failed' }],
  },
  {
    title: 'Took',
    kind: 'line',
    drawings: [
      { measure: 'took.p50', name: 'p50 ≈', tone: 'running' },
      { measure: 'took.p95', name: 'p95 ≈', tone: 'brand' },
      { measure: 'took.p99', name: 'p99 ≈', tone: 'queued' },
    ],
  },
  { title: 'Waited', kind: 'line', drawings: [{ measure: 'waited.p95', name: 'p95 ≈', tone: 'cancelled' }] },
  { title: 'CPU', kind: 'line', drawings: [{ measure: 'cpu.p95', name: 'p95 ≈', tone: 'running' }] },
  { title: 'Memory', kind: 'line', drawings: [{ measure: 'memory.p95', name: 'p95 ≈', tone: 'brand' }] },
];

/** How a job did over time, with the moments at which new versions of it first ran. */
export function JobCharts({ jobName }: { jobName: string }) {
  const More = useCallback(
    (props: { range: RangeName; height: number }) => <TookHistogram jobName={jobName} {...props} />,
    [jobName],
  );
  return (
    <MetricCharts
      charts={charts}
      of={{ jobName }}
      defaultRange="7d"
      empty="Charts begin with the first run that ends."
      More={More}
    />
  );
}

interface HistogramProps {
  jobName: string;
  range: RangeName;
  height: number;
}

/** How long successful runs took, by how many took about so long; nothing where none was measured. */
function TookHistogram({ jobName, range, height }: HistogramProps) {
  const { data } = useQuery(tookQuery(jobName, range));
  const [first, ...rest] = (data?.buckets ?? []).map(({ runs, ...bounds }) => ({ ...bounds, count: runs }));
  if (data === undefined || first === undefined) return null;
  const most = rest.reduce((largest, bucket) => (bucket.count > largest.count ? bucket : largest), first);
  const half = data.p50 === null ? '' : `, half up to about ${formatDuration(data.p50)}`;
  return (
    <Histogram
      title="Took, how often"
      unit="runs by time taken ≈"
      buckets={[first, ...rest]}
      format={formatDuration}
      description={`Successful runs by time taken: ${data.runs.toLocaleString('en')} in all${half}, most, ${most.count.toLocaleString('en')}, from ${formatDuration(most.above)} to ${formatDuration(most.upTo)}`}
      height={height}
    />
  );
}
