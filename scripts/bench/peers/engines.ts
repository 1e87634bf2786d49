import type { Engine } from './engine.js';
import { settings } from './settings.js';

/** A contender: one engine with one set of settings. */
export interface Contender {
  id: string;
  /** For people, in tables. */
  title: string;
  /** The package it comes in, whose version is reported; null for code of this repository. */
  packageName: string | null;
  /** What shows its progress, in PostgreSQL; null where its jobs are in Redis. */
  counts: Counts | null;
  /** How many jobs it is given in one call where there are many. */
  bulk: number;
  /** Loaded only in the processes that run it. */
  load(): Promise<Engine>;
}

/** Queries for one number each. */
export interface Counts {
  /** Jobs that are waiting or running. */
  left: string;
  /** Jobs that were done and are still there; null where they are deleted. */
  done: string | null;
}

const OURS: Counts = {
  left: `SELECT count(*)::int AS number FROM "JobRun" WHERE "finishedAt" IS NULL`,
  done: `SELECT count(*)::int AS number FROM "JobRun" WHERE status = 'SUCCESS'`,
};
const GRAPHILE: Counts = {
  left: 'SELECT count(*)::int AS number FROM graphile_worker._private_jobs',
  done: null,
};
const PG_BOSS: Counts = {
  left: `SELECT count(*)::int AS number FROM pgboss.job WHERE state < 'completed'`,
  done: `SELECT count(*)::int AS number FROM pgboss.job WHERE state = 'completed'`,
};
const BULLMQ: Counts = {
  left: `SELECT count(*)::int AS number FROM bullmq.job WHERE state IN ('waiting', 'active')`,
  done: `SELECT count(*)::int AS number FROM bullmq.job WHERE state = 'completed'`,
};

const PLAIN_TABLE: Counts = {
  left: 'SELECT count(*)::int AS number FROM bench_plain WHERE finished_at IS NULL',
  done: 'SELECT count(*)::int AS number FROM bench_plain WHERE finished_at IS NOT NULL',
};

/** Ours first, then each peer as it comes and as it does best. */
export const contenders = [
  {
    id: 'ours',
    title: 'Job Manager, as shipped',
    packageName: null,
    counts: OURS,
    bulk: settings.bulk,
    load: async () => (await import('./ours.js')).ours,
  },
  {
    id: 'graphile',
    title: `graphile-worker, default, ${settings.graphile.concurrentJobs} at once`,
    packageName: 'graphile-worker',
    counts: GRAPHILE,
    bulk: settings.bulk,
    load: async () => (await import('./graphile.js')).graphile(settings.graphile),
  },
  {
    id: 'graphile-batched',
    title: 'graphile-worker, batched',
    packageName: 'graphile-worker',
    counts: GRAPHILE,
    bulk: settings.bulk,
    load: async () => (await import('./graphile.js')).graphile(settings.graphileBatched),
  },
  {
    id: 'pg-boss',
    title: 'pg-boss, default',
    packageName: 'pg-boss',
    counts: PG_BOSS,
    bulk: settings.bulk,
    load: async () => (await import('./pg-boss.js')).pgBoss(settings.pgBoss, false),
  },
  {
    id: 'pg-boss-batched',
    title: 'pg-boss, batched',
    packageName: 'pg-boss',
    counts: PG_BOSS,
    bulk: settings.bulk,
    load: async () => (await import('./pg-boss.js')).pgBoss(settings.pgBossBatched, true),
  },
  {
    id: 'bullmq-postgres',
    title: 'BullMQ on PostgreSQL, default',
    packageName: 'bullmq',
    counts: BULLMQ,
    bulk: settings.bulk,
    load: async () => (await import('./bullmq.js')).bullmqOnPostgres(settings.bullmq),
  },
  {
    id: 'bullmq-postgres-tuned',
    title: `BullMQ on PostgreSQL, ${settings.bullmqPostgresTuned.concurrency} at once`,
    packageName: 'bullmq',
    counts: BULLMQ,
    bulk: settings.bulk,
    load: async () => (await import('./bullmq.js')).bullmqOnPostgres(settings.bullmqPostgresTuned),
  },
  {
    id: 'bullmq-redis',
    title: 'BullMQ on Redis, default',
    packageName: 'bullmq',
    counts: null,
    bulk: settings.bulkOnRedis,
    load: async () => (await import('./bullmq.js')).bullmqOnRedis(settings.bullmq),
  },
  {
    id: 'bullmq-redis-tuned',
    title: `BullMQ on Redis, ${settings.bullmqRedisTuned.concurrency} at once`,
    packageName: 'bullmq',
    counts: null,
    bulk: settings.bulkOnRedis,
    load: async () => (await import('./bullmq.js')).bullmqOnRedis(settings.bullmqRedisTuned),
  },
  {
    id: 'plain-table',
    title: 'a plain table',
    packageName: null,
    counts: PLAIN_TABLE,
    bulk: settings.bulk,
    load: async () => (await import('./plain-table.js')).plainTable,
  },
] as const satisfies Contender[];

/** Ours without a part of it, for what that part costs: no peer of its own. */
export const unkept: Contender = {
  ...contenders[0],
  id: 'unkept',
  title: 'Job Manager, without what is kept for charts',
  load: async () => (await import('./unkept.js')).oursUnkept,
};

/** All that a process may be ordered to run. */
export const allEngines: readonly Contender[] = [...contenders, unkept];

export type ContenderId = (typeof contenders)[number]['id'];
