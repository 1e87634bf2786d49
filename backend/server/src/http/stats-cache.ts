import type { JobStats } from '@job-manager/shared/contract/run';

/** How old an answer may be, in milliseconds. */
const FRESH_MS = 30_000;

export interface StatsCache {
  /** The newest counts, at most 30 s old. */
  get(): Promise<JobStats>;
  /** Counts read after this call. */
  refresh(): Promise<JobStats>;
}

/**
 * Reads the stats at most once at a time, however many callers there are. `now` is a monotonic clock in milliseconds.
 */
export function createStatsCache(read: () => Promise<JobStats>, now: () => number): StatsCache {
  let known: { stats: JobStats; at: number } | undefined;
  let reading: Promise<JobStats> | undefined;
  let next: Promise<JobStats> | undefined;

  const load = (): Promise<JobStats> => {
    reading ??= read()
      .then((stats) => {
        known = { stats, at: now() };
        return stats;
      })
      .finally(() => {
        reading = undefined;
      });
    return reading;
  };

  return {
    get: async () => (known && now() - known.at < FRESH_MS ? known.stats : load()),
    refresh: () => {
      if (!reading) return load();
      // The read under way may have begun before this call: all calls meanwhile share the one after it.
      next ??= reading
        .catch(() => {})
        .then(() => {
          next = undefined;
          return load();
        });
      return next;
    },
  };
}
