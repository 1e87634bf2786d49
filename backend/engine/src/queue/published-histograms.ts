import { bucketBounds, type HistogramMeasure } from '@job-manager/shared/histogram';

/** Of the 64 buckets every fourth bound: Prometheus keeps a series for each. */
const EVERY = 4;

export interface PrometheusHistogram {
  name: string;
  measure: HistogramMeasure;
  help: string;
}

/** Histograms by job as monitoring has them, in seconds. */
export const HISTOGRAMS: readonly PrometheusHistogram[] = [
  {
    name: 'job_manager_run_duration_seconds',
    measure: 'duration',
    help: 'How long successful runs took, by job',
  },
  {
    name: 'job_manager_run_wait_seconds',
    measure: 'wait',
    help: 'How long runs waited for their first start, by job',
  },
];

/** The bounds of their buckets with their places among all; the last bucket has whatever is longer, too. */
export const shownBounds: readonly { bound: number; index: number }[] = bucketBounds
  .slice(0, -1)
  .map((bound, index) => ({ bound, index }))
  .filter(({ index }) => index % EVERY === 0);
