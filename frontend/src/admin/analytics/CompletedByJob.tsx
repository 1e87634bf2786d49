import type { MetricsAnswer } from '@job-manager/shared/contract/metrics';
import { useQuery } from '@tanstack/react-query';
import { serverNow } from '../../api/server-clock';
import { metricsQuery } from '../../components/metrics/metric-calls';
import { formatOf, stepUnit } from '../../components/metrics/metric-data';
import { Pending } from '../../components/Pending';
import type { RangeName } from '../../lib/time-range';
import { ChartSkeleton } from '../../ui/ChartSkeleton';
import { Chart } from '../../ui/chart/Chart';
import type { ChartData, Tone } from '../../ui/chart/chart-data';
import { Section } from '../../ui/Section';

const HEIGHT = 220;
/** With the pattern of each position, no two are equal. */
const TONES: readonly Tone[] = ['brand', 'running', 'cancelled', 'success', 'brand', 'queued'];
const OTHERS = 'all others';

/** Completed runs over time, stacked by job: the five with the most, and all others. Nothing where none ended. */
export function CompletedByJob({ range }: { range: RangeName }) {
  const query = useQuery(metricsQuery({ measures: ['completed'], range, groupBy: 'job' }));
  const drawn = query.data && stackOf(query.data);
  if (drawn?.series.length === 0) return null;
  return (
    <Section title="By job over time" isTitleHidden>
      {drawn === undefined && query.error ? (
        <Pending query={query} what="The chart of jobs" />
      ) : drawn === undefined ? (
        <ChartSkeleton height={HEIGHT} label="Loading the chart" failures={query.failureCount} />
      ) : (
        <Chart
          title="Completed by job"
          unit={stepUnit(drawn)}
          kind="bars"
          height={HEIGHT}
          data={drawn}
          format={formatOf('completed')}
        />
      )}
    </Section>
  );
}

function stackOf({ series, from, stepMs }: MetricsAnswer): ChartData {
  const own = series.filter(({ group }) => group !== null).slice(0, TONES.length - 1);
  const rest = series.filter((one) => !own.includes(one));
  const points = series[0]?.points.length ?? 0;
  const others = Array.from({ length: points }, (_, index) => sumOf(rest.map((one) => one.points[index] ?? null)));
  const all = [
    ...own.map((one) => ({ name: one.group ?? '', points: one.points })),
    ...(rest.length > 0 ? [{ name: OTHERS, points: others }] : []),
  ];
  return {
    from: Date.parse(from),
    stepMs,
    isCounted: true,
    isLastPartial: Date.parse(from) + points * stepMs > serverNow(),
    series: all.map((one, place) => ({ ...one, tone: TONES[place] ?? 'queued' })),
  };
}

const sumOf = (values: (number | null)[]): number | null =>
  values.every((value) => value === null) ? null : values.reduce<number>((sum, value) => sum + (value ?? 0), 0);
