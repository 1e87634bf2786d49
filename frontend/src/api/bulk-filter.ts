import type { BulkFilter } from '@job-manager/shared/contract/bulk';
import { boundsOf } from '../lib/time-range';
import type { HistoryFilters } from './job-queries';
import { serverNow } from './server-clock';

/** The runs that the history lists by these filters, for an act on all of them. */
export const filterOfHistory = ({ jobName, status, time, cause }: HistoryFilters): BulkFilter => ({
  jobName,
  status,
  cause,
  ...(time === undefined ? {} : boundsOf(time, serverNow())),
});
