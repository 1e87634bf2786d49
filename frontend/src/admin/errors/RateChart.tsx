import type { ErrorPeriod } from '@job-manager/shared/contract/errors';
import { countOf } from '../../lib/count-of';
import { formatDuration } from '../../lib/duration';
import { Chart } from '../../ui/chart/Chart';
import type { ChartData } from '../../ui/chart/chart-data';
import { Plot } from '../../ui/chart/Plot';
import { periodNames } from './period';
import classes from './RateChart.module.css';

/** Occurrences per step, the oldest first. */
export interface Rate {
  values: readonly number[];
  bucketMs: number;
  /** When the first step begins. */
  since: string;
}

const format = (value: number) => value.toLocaleString('en');

const chartOf = ({ values, bucketMs, since }: Rate): ChartData => ({
  from: Date.parse(since),
  stepMs: bucketMs,
  isCounted: true,
  series: [{ name: 'Occurrences', tone: 'failed', points: values }],
});

/** How many there were over time. */
export function RateChart({ rate, period }: { rate: Rate; period: ErrorPeriod }) {
  const unit = `per ${formatDuration(rate.bucketMs)} over ${periodNames[period]}`;
  return <Chart title="Occurrences" unit={unit} kind="bars" height={150} format={format} data={chartOf(rate)} />;
}

/** The same, small enough for a row. */
export function SmallRate({ rate, description }: { rate: Rate; description: string }) {
  return (
    <div className={classes.small}>
      <Plot data={chartOf(rate)} kind="bars" height={24} format={format} description={description} isBare />
    </div>
  );
}

/** "14 occurrences in the last 7 days", beside a heading. */
export function Total({ count, period }: { count: number; period: ErrorPeriod }) {
  return <span className={classes.total}>{`${countOf(count, 'occurrence')} in ${periodNames[period]}`}</span>;
}
