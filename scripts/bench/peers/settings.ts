/**
 * How each engine is set, in one place, and where that comes from. What isn't set here is the package's default,
 * its pool of 10 connections and its logging included. Ours has no settings at all: it runs as shipped.
 */
export const settings = {
  /** How many jobs are given to one call where there are many: the most that ours takes. Less cost the peers more. */
  bulk: 10_000,
  /** BullMQ on Redis alone takes less processor time for more calls. */
  bulkOnRedis: 1_000,
  /** The default, but for the number of jobs at once: as many as ours runs at once, for the default of 1 is slower. */
  graphile: { concurrentJobs: 10 },
  /** Those of the figures on worker.graphile.org/docs/performance, under "Quick stats". */
  graphileBatched: {
    concurrentJobs: 24,
    maxPoolSize: 25,
    localQueue: { size: 500 },
    completeJobBatchDelay: 0,
    failJobBatchDelay: 0,
  },
  /** One job every two seconds: the default of `work()`. */
  pgBoss: {},
  /**
   * Large batches, fetched without a pause while they come back full, by two workers, so that one fetches while the
   * other completes: `batchSize`, `burstWhenBatchFull` and `localConcurrency` of `work()`.
   */
  pgBossBatched: { batchSize: 1_000, burstWhenBatchFull: true, localConcurrency: 2 },
  /** One at a time: the default of `Worker`. */
  bullmq: {},
  /**
   * The upper end of the range under "Indicative numbers" in docs.bullmq.io/guide/postgresql, with "enough pool
   * connections for its concurrency", as its tuning tips recommend.
   */
  bullmqPostgresTuned: { concurrency: 32, max: 32 },
  /** "Something between 100 and 300 is a quite standard setting", docs.bullmq.io/guide/parallelism-and-concurrency. */
  bullmqRedisTuned: { concurrency: 100 },
} as const;
