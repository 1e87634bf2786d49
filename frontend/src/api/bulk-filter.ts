import type { BulkFilter } from '@job-manager/shared/contract/bulk';
import { boundsOf } from '../lib/time-range';
import type { HistoryFilters } from './job-queries';
import { serverNow } from './server-clock';

/** The runs that the history lists by these filters, for an act on all of them; with `until`, none that ended later. */
export function filterOfHistory(filters: HistoryFilters, until?: number): BulkFilter {
  const filter = withTimes(filters);
  const end = until === undefined ? undefined : new Date(until).toISOString();
  return end !== undefined && (filter.to === undefined || end < filter.to) ? { ...filter, to: end } : filter;
}

const withTimes = ({ jobName, status, time, cause, more }: HistoryFilters): BulkFilter => ({
  jobName,
  status,
  cause,
  ...more,
  ...(time === undefined ? {} : boundsOf(time, serverNow())),
});
