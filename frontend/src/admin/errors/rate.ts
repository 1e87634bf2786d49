import type { ErrorPeriod } from '@job-manager/shared/contract/errors';
import { formatDateTime, withZone } from '../../lib/date-time';
import { formatDuration } from '../../lib/duration';

export interface Rate {
  /** Occurrences per bucket, oldest first. */
  values: readonly number[];
  bucketMs: number;
  /** When the first bucket begins. */
  since: string;
}

export const periodWords = {
  '24h': 'the last 24 hours',
  '7d': 'the last 7 days',
  '30d': 'the last 30 days',
} as const satisfies Record<ErrorPeriod, string>;

/** "1 error", "1,247 errors". */
export const countOf = (count: number, noun: string): string =>
  `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;

const bucketStart = ({ since, bucketMs }: Rate, index: number): string =>
  new Date(Date.parse(since) + index * bucketMs).toISOString();

/** The beginning of a bucket, to the minute. */
export const bucketTime = (rate: Rate, index: number): string =>
  formatDateTime(bucketStart(rate, index)).slice(0, 'yyyy-mm-dd hh:mm'.length);

/** The label of each bar: "2026-11-22 06:00 Europe/Berlin (GMT+1): 14 occurrences". */
export const bucketLabels = (rate: Rate): string[] =>
  rate.values.map(
    (value, index) => `${withZone(bucketTime(rate, index), bucketStart(rate, index))}: ${countOf(value, 'occurrence')}`,
  );

/** The chart for those who can't see it: how many, over how long, and when most. */
export function describeRate(rate: Rate, period: ErrorPeriod): string {
  const total = rate.values.reduce((sum, value) => sum + value, 0);
  const begin = `Occurrences per ${formatDuration(rate.bucketMs)} over ${periodWords[period]}: `;
  if (total === 0) return `${begin}none`;
  const most = Math.max(...rate.values);
  return `${begin}${total.toLocaleString('en')} in all, most from ${bucketTime(rate, rate.values.indexOf(most))}, with ${most.toLocaleString('en')}`;
}
