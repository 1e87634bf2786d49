import type { Redis } from 'ioredis';
import type { BenchDatabase } from '../engine-bench.js';
import { QUEUE } from './engine.js';
import type { Counts } from './engines.js';

/** How far an engine has got, as its own store shows. */
export interface JobCounts {
  /** Jobs that are waiting or running. */
  left(): Promise<number>;
  /** Jobs that were done and are kept; null where they are deleted. */
  done(): Promise<number | null>;
  /** The number of queries: each is a transaction. */
  queryCount(): number;
}

export function countInPostgres(pool: BenchDatabase['pool'], queries: Counts | null): JobCounts {
  if (queries === null) throw new Error('It is not set how jobs are counted');
  let queryCount = 0;
  const read = async (query: string) => {
    queryCount += 1;
    const { rows } = await pool.query<{ number: number }>(query);
    return rows[0]?.number ?? 0;
  };
  return {
    left: () => read(queries.left),
    done: async () => (queries.done === null ? null : read(queries.done)),
    queryCount: () => queryCount,
  };
}

/** BullMQ's own lists and sets. */
export function countInRedis(client: Redis): JobCounts {
  const key = (state: string) => `bull:${QUEUE}:${state}`;
  return {
    left: async () => {
      const [waiting, active, ranked] = await Promise.all([
        client.llen(key('wait')),
        client.llen(key('active')),
        client.zcard(key('prioritized')),
      ]);
      return waiting + active + ranked;
    },
    done: () => client.zcard(key('completed')),
    queryCount: () => 0,
  };
}
