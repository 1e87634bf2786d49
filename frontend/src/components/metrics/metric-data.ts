import type { MetricSeries, MetricsAnswer } from '@job-manager/shared/contract/metrics';
import { type Metric, type MetricMeasure, metrics } from '@job-manager/shared/metrics';
import { serverNow } from '../../api/server-clock';
import { formatBytes } from '../../lib/byte-size';
import { formatDateTime } from '../../lib/date-time';
import { formatDuration, formatScaleTime } from '../../lib/duration';
import type { ChartData, Scale, Tone } from '../../ui/chart/chart-data';

/** How a measure is drawn. */
export interface Drawing {
  measure: MetricMeasure;
  name: string;
  tone: Tone;
}

/** Writes values of a measure: `1,284`, `4.5 %`, `1m 40s`, `82.1 MB`. */
export const formatOf =
  (measure: MetricMeasure) =>
  (value: number): string => {
    const { unit }: Metric = metrics[measure];
    if (unit === 'ms') return formatScaleTime(value);
    if (unit === 'KiB') return formatBytes(value * 1_024);
    if (unit === 'share') return `${(Math.round(value * 1_000) / 10).toLocaleString('en')} %`;
    return (Math.round(value * 10) / 10).toLocaleString('en');
  };

/** Where the round values of a measure are. */
const scaleOf = (measure: MetricMeasure): Scale => {
  const { unit }: Metric = metrics[measure];
  return unit === 'KiB' ? 'binary' : unit === 'ms' ? 'time' : 'decimal';
};

const counted = [
  'published',
  'completed',
  'failed',
  'cancelled',
  'retries',
  'cpuTime',
  'throughput',
  'throughput.failed',
  'api.requests',
  'api.errors',
] as const satisfies MetricMeasure[];

/** Whether the values of a measure may be added up. */
export const isCounted = (measure: MetricMeasure): boolean => (counted as readonly MetricMeasure[]).includes(measure);

/** The series of a measure over all that was requested. */
export const seriesOf = (answer: { series: MetricSeries[] } | null | undefined, measure: MetricMeasure) =>
  answer?.series.find((series) => series.measure === measure && series.group === null);

/**
 * How long a step is, for the unit of a chart: `by 1h`, and since when it is kept where that is not all of its range.
 */
export function stepUnit({ stepMs, since }: ChartData): string {
  const step = `by ${formatDuration(stepMs)}`;
  return since === undefined ? step : `${step}, ${describeSince(since)}`;
}

/** In a chart whose figures cover less than its range. */
export const describeSince = (since: number): string =>
  `collecting since ${formatDateTime(new Date(since).toISOString()).slice(0, 'yyyy-mm-dd hh:mm'.length)}`;

/** What a chart draws of an answer; null where it has none of these measures. */
export function chartOf(answer: MetricsAnswer, drawings: readonly Drawing[], isCompared = false): ChartData | null {
  const found = drawings.flatMap((drawing) => {
    const series = seriesOf(answer, drawing.measure);
    return series ? [{ ...drawing, series }] : [];
  });
  const [first] = found;
  if (!first) return null;
  const { stepMs, points } = first.series;
  const from = Date.parse(answer.from);
  const since = Math.max(...found.map(({ series }) => (series.since === null ? from : Date.parse(series.since))));
  return {
    from,
    stepMs,
    scale: scaleOf(first.measure),
    isCounted: isCounted(first.measure),
    ...(since > from && { since }),
    isLastPartial: from + points.length * stepMs > serverNow(),
    series: found.map(({ measure, name, tone, series }) => ({
      name,
      tone,
      points: series.points,
      ...(isCompared && { previous: seriesOf(answer.previous, measure)?.points ?? [] }),
    })),
  };
}
/** As much of a version as finds room beside its line: some are hashes. */
const VERSION_CHARS = 10;

/** When the versions of a job first ran. */
export const versionMarks = ({ marks }: MetricsAnswer) =>
  marks.map(({ at, version }) => ({ at: Date.parse(at), label: `v${version.slice(0, VERSION_CHARS)}` }));
