import { queuedCap } from '@job-manager/shared/live';

/** A count of queued runs, which the server stops one above the cap: `10,000+`. */
export const formatQueued = (count: number): string =>
  count > queuedCap ? `${queuedCap.toLocaleString('en')}+` : count.toLocaleString('en');

/** So many of all that are queued, which are counted up to the cap: `59`, `more than 9,800`. */
export const formatHidden = (hidden: number, queued: number): string =>
  queued > queuedCap ? `more than ${(hidden - 1).toLocaleString('en')}` : hidden.toLocaleString('en');
