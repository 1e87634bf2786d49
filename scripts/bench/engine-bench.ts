import { randomBytes } from 'node:crypto';
import { createPool } from '@job-manager/engine/database/client';
import { migrate } from '@job-manager/engine/database/migrate';
import type { Resources } from '@job-manager/server/cli/resources';
import type { BenchPostgres } from './postgres.js';
import { cpuOf, cpuOfFamily } from './process-cpu.js';
import type { BenchRedis } from './redis.js';

/** What the parts that measure the engine alone are given. */
export interface EngineBench {
  /** A new database, migrated and empty, on the benchmark's own PostgreSQL. */
  newDatabase(): Promise<BenchDatabase>;
  /** How many times each comparison is made, in turn. */
  rounds: number;
  /** How many runs a drain has. */
  runs: number;
  /** How long one session holds a snapshot open, in minutes. */
  snapshotMinutes: number;
  /** Ids of the engines to compare; all without it. */
  engines?: string[];
  /** Aborted when the benchmark is to stop. */
  signal: AbortSignal;
  showDetail(text: string): void;
  /** Processor time that PostgreSQL has used so far, all its processes. */
  postgresCpuMs(): Promise<number>;
  /** Where a Redis of the benchmark's own listens; null where this machine has none. */
  redisUrl: string | null;
  /** Processor time that Redis has used so far. */
  redisCpuMs(): Promise<number>;
  /** For files that go with the benchmark. */
  folder: string;
}

export interface BenchDatabase {
  url: string;
  /** Connections of the benchmark's own. */
  pool: ReturnType<typeof createPool>;
  /** Disconnects all connections and drops it. */
  drop(): Promise<void>;
}

/** Migrated once and copied from then on: nothing may be connected to it. */
const TEMPLATE = 'bench_template';

export type EngineBenchOptions = Pick<
  EngineBench,
  'rounds' | 'runs' | 'snapshotMinutes' | 'engines' | 'signal' | 'showDetail'
> & {
  postgres: BenchPostgres;
  redis: BenchRedis | null;
  resources: Resources;
};

/** Prepares what databases are copied from. */
export async function startEngineBench(options: EngineBenchOptions): Promise<EngineBench> {
  const { postgres, redis, resources, ...given } = options;
  const opening = Promise.resolve(createPool(onDatabase(postgres.url, 'postgres'), { max: 2 }));
  const admin = await resources.hold(opening, (pool) => pool.end());
  await admin.query(`CREATE DATABASE ${TEMPLATE}`);
  await migrate(onDatabase(postgres.url, TEMPLATE));

  async function newDatabase(): Promise<BenchDatabase> {
    const name = `bench_${randomBytes(6).toString('hex')}`;
    await admin.query(`CREATE DATABASE ${name} TEMPLATE ${TEMPLATE}`);
    const url = onDatabase(postgres.url, name);
    const pool = createPool(url, { max: 5 });
    const drop = async () => {
      await pool.end();
      await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
    };
    return { url, pool, drop };
  }
  return {
    ...given,
    newDatabase,
    postgresCpuMs: () => cpuOfFamily(postgres.pid),
    redisUrl: redis?.url ?? null,
    redisCpuMs: async () => (redis ? cpuOf(redis.pid) : Number.NaN),
    folder: postgres.folder,
  };
}

function onDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}
