import type { MetricMeasure } from '@job-manager/shared/metrics';
import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Change } from '../../components/metrics/Change';
import { metricsQuery } from '../../components/metrics/metric-calls';
import { formatOf, isCounted, seriesOf } from '../../components/metrics/metric-data';
import { Pending } from '../../components/Pending';
import { Figure } from '../../ui/Figure';
import classes from './analytics.module.css';
import type { useAnalyticsUrlState } from './url-state';

interface Shown {
  measure: MetricMeasure;
  label: string;
  more: 'good' | 'bad' | 'neutral';
}

const ofJobs: readonly Shown[] = [
  { measure: 'completed', label: 'Completed', more: 'good' },
  { measure: 'failed', label: 'Failed', more: 'bad' },
  { measure: 'failureRate', label: 'Failure rate', more: 'bad' },
  { measure: 'took.p95', label: 'Took p95 ≈', more: 'bad' },
  { measure: 'cpuTime', label: 'CPU time', more: 'neutral' },
];
const ofAll: readonly Shown[] = [{ measure: 'published', label: 'Published', more: 'neutral' }, ...ofJobs];

/** The range in a line of figures, of one job where one is chosen. */
export function FiguresStrip({
  place: { range, isCompared, job },
}: {
  place: ReturnType<typeof useAnalyticsUrlState>;
}) {
  const shown = job === null ? ofAll : ofJobs;
  const measures = shown.map(({ measure }) => measure);
  const query = useQuery(metricsQuery({ measures, range, isCompared, jobName: job ?? undefined }));
  const { data } = query;
  if (data === undefined && query.error) return <Pending query={query} what="Figures" />;
  return (
    <ul className={classes.strip}>
      {shown.map(({ measure, label, more }) => (
        <li key={measure} className={classes.card}>
          {data ? (
            <Value
              {...{ label, measure, more }}
              now={seriesOf(data, measure)?.total ?? null}
              before={isCompared ? (seriesOf(data.previous, measure)?.total ?? null) : null}
            />
          ) : (
            <Skeleton height={48} />
          )}
        </li>
      ))}
    </ul>
  );
}

function Value({ label, measure, more, now, before }: Shown & { now: number | null; before: number | null }) {
  const format = formatOf(measure);
  const aside =
    isCounted(measure) && measure !== 'cpuTime' ? (
      <Change now={now} before={before} more={more} />
    ) : (
      before !== null && `before ${format(before)}`
    );
  return <Figure label={label} value={now === null ? '–' : format(now)} aside={aside} />;
}
