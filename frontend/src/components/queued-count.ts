import { queuedCap } from '@job-manager/shared/live';

/** A count of queued runs, which the server stops one above the cap: `10,000+`. */
export const formatQueued = (count: number): string =>
  count > queuedCap ? `${queuedCap.toLocaleString('en')}+` : count.toLocaleString('en');
