import { setTimeout as delay } from 'node:timers/promises';
import type { BenchDatabase, EngineBench } from '../engine-bench.js';
import { sharedClock } from './engine.js';
import type { Contender } from './engines.js';
import { onStage, type Stage } from './stage.js';

/** What one drain took. */
export interface Drain {
  /** Runs per second, from before the worker may claim until the store shows that all are done. */
  rate: number;
  /**
   * Processor time per run, in microseconds; that of the worker since its first run, for its start is no run's cost.
   */
  workerUs: number;
  serverUs: number;
  /** From the worker's start to the first run, in milliseconds; in the rate too. */
  firstMs: number;
  /** Of PostgreSQL, per run; NaN elsewhere. */
  transactions: number;
  walBytes: number;
  /** Less than all where it was broken off. */
  done: number;
}

/** A drain that takes longer is broken off: its rate is known by then. */
const MAX_MS = 10_000;
/** Between two counts of the remaining runs, once all have begun. */
const LOOK_MS = 2;
const GONE_WITHIN_MS = 10_000;

/** Lets a worker that has its code loaded, and nothing else, work off what has been queued. */
export function drainOnce(bench: EngineBench, contender: Contender): Promise<Drain> {
  const { runs } = bench;
  return onStage(bench, contender, async (stage) => {
    const { worker, database } = stage;
    await fill(stage, contender, runs);
    const usedBefore = await readUse(database);
    const countedBefore = stage.counts.queryCount();
    const cpuBefore = await stage.serverCpuMs();

    const from = sharedClock();
    const isOver = await drain(stage, runs);
    const seconds = (sharedClock() - from) / 1_000;
    const serverMs = (await stage.serverCpuMs()) - cpuBefore;
    const { cpuMs, firstAt } = await worker.call('report');
    const done = runs - (isOver ? 0 : await stage.counts.left());
    if (isOver) await checkDone(stage, runs, contender);

    await worker.kill();
    const counted = stage.counts.queryCount() - countedBefore;
    const used = await readUse(database);
    return {
      rate: done / seconds,
      workerUs: (cpuMs * 1_000) / done,
      serverUs: (serverMs * 1_000) / done,
      firstMs: (firstAt ?? Number.NaN) - from,
      transactions: (used.transactions - usedBefore.transactions - counted) / done,
      walBytes: (used.walBytes - usedBefore.walBytes) / done,
      done,
    };
  });
}

/** Queues the runs and closes that connection; then PostgreSQL has statistics of the tables, as it does where they are older. */
async function fill({ producer, database }: Stage, { bulk: atOnce }: Contender, count: number): Promise<void> {
  // Not in the middle of the drain: that falls on one engine and not on another.
  await database?.pool.query('CHECKPOINT');
  await producer.call('enqueueMany', { count, atOnce, rank: 'usual' });
  await producer.kill();
  await database?.pool.query('ANALYZE');
}

/** False where it was broken off. */
async function drain({ worker, counts }: Stage, runs: number): Promise<boolean> {
  const deadline = delay(MAX_MS, 'late' as const, { ref: false });
  const failed = new Promise<never>((_resolve, reject) => worker.call('startWorker').catch(reject));
  if ((await Promise.race([worker.call('untilBegun', runs), failed, deadline])) === 'late') return false;
  const until = sharedClock() + MAX_MS;
  while ((await counts.left()) > 0) {
    if (sharedClock() > until) return false;
    await delay(LOOK_MS);
  }
  return true;
}

async function checkDone({ counts }: Stage, runs: number, { title }: Contender): Promise<void> {
  const done = await counts.done();
  if (done !== null && done !== runs) throw new Error(`${title} has ${done} jobs done of ${runs}, and none left`);
}

interface Use {
  transactions: number;
  walBytes: number;
}

/** What PostgreSQL has done so far, once its clients have disconnected: only then has each reported all of it. */
async function readUse(database: BenchDatabase | null): Promise<Use> {
  if (database === null) return { transactions: Number.NaN, walBytes: Number.NaN };
  const { pool } = database;
  const until = sharedClock() + GONE_WITHIN_MS;
  for (;;) {
    const { rows } = await pool.query<Use & { others: number }>(USE);
    const [use] = rows;
    if (use?.others === pool.totalCount - 1) return use;
    if (sharedClock() > until) throw new Error(`${use?.others} others are still connected to the database`);
    await delay(20);
  }
}

const USE = `
SELECT xact_commit::float8 + xact_rollback AS transactions,
  pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::float8 AS "walBytes",
  (SELECT count(*)::int FROM pg_stat_activity
   WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()) AS others
FROM pg_stat_database WHERE datname = current_database()`;
