import { join } from 'node:path';
import { Redis } from 'ioredis';
import type { BenchDatabase, EngineBench } from '../engine-bench.js';
import { type EngineChild, startEngine } from './engine-child.js';
import type { Contender } from './engines.js';
import { countInPostgres, countInRedis, type JobCounts } from './job-counts.js';
import type { ProcessOrder } from './process-calls.js';

/** One engine, prepared on a database that is its own, in two processes that have done nothing yet. */
export interface Stage {
  producer: EngineChild;
  worker: EngineChild;
  counts: JobCounts;
  /** Null where the engine doesn't use PostgreSQL. */
  database: BenchDatabase | null;
  /** Processor time that the server behind the engine has used so far. */
  serverCpuMs(): Promise<number>;
}

type Work<T> = (stage: Stage) => Promise<T>;

/** Puts an engine on a stage of its own for the work, and clears it away. */
export async function onStage<T>(bench: EngineBench, contender: Contender, work: Work<T>): Promise<T> {
  bench.signal.throwIfAborted();
  return contender.counts === null ? onRedis(bench, contender, work) : onPostgres(bench, contender, work);
}

async function onPostgres<T>(bench: EngineBench, { id, counts }: Contender, work: Work<T>): Promise<T> {
  const database = await bench.newDatabase();
  try {
    return await withProcesses(
      bench,
      { engine: id, place: { databaseUrl: database.url, redisUrl: null } },
      (processes) => {
        const serverCpuMs = bench.postgresCpuMs;
        return work({ ...processes, counts: countInPostgres(database.pool, counts), database, serverCpuMs });
      },
    );
  } finally {
    await database.drop();
  }
}

async function onRedis<T>(bench: EngineBench, { id }: Contender, work: Work<T>): Promise<T> {
  const { redisUrl, redisCpuMs } = bench;
  if (redisUrl === null) throw new Error('This machine has no redis-server');
  const client = new Redis(redisUrl);
  try {
    await client.flushall();
    return await withProcesses(bench, { engine: id, place: { databaseUrl: '', redisUrl } }, (processes) =>
      work({ ...processes, counts: countInRedis(client), database: null, serverCpuMs: redisCpuMs }),
    );
  } finally {
    client.disconnect();
  }
}

async function withProcesses<T>(
  { folder }: EngineBench,
  order: ProcessOrder,
  work: (processes: Pick<Stage, 'producer' | 'worker'>) => Promise<T>,
): Promise<T> {
  const starting = ['producer', 'worker'].map((role) =>
    startEngine(order, join(folder, `${order.engine}-${role}.log`)),
  );
  try {
    const [producer, worker] = await Promise.all(starting);
    if (!producer || !worker) throw new Error('Two processes were requested');
    await producer.call('prepare');
    await producer.call('openProducer');
    return await work({ producer, worker });
  } finally {
    const started = await Promise.allSettled(starting);
    await Promise.all(started.map((one) => one.status === 'fulfilled' && one.value.kill()));
  }
}
