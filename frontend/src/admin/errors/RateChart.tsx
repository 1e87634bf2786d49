import type { ErrorPeriod } from '@job-manager/shared/contract/errors';
import { BarChart } from '../../ui/BarChart';
import classes from './RateChart.module.css';
import { bucketLabels, bucketTime, countOf, describeRate, periodWords, type Rate } from './rate';

/** How many there were over time. */
export function RateChart({ rate, period }: { rate: Rate; period: ErrorPeriod }) {
  return (
    <div>
      <BarChart values={rate.values} labels={bucketLabels(rate)} description={describeRate(rate, period)} />
      <div className={classes.axis} aria-hidden>
        <span>{bucketTime(rate, 0)}</span>
        <span>now</span>
      </div>
    </div>
  );
}

/** "14 occurrences in the last 7 days", beside a heading. */
export function Total({ count, period }: { count: number; period: ErrorPeriod }) {
  return <span className={classes.total}>{`${countOf(count, 'occurrence')} in ${periodWords[period]}`}</span>;
}
