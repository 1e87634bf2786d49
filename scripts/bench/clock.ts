import type { Bench } from './bench.js';

/** This process's wall clock in milliseconds, finer than `Date.now()`. */
export const now = (): number => performance.timeOrigin + performance.now();

const ASKED = 25;

/**
 * How many milliseconds another clock is fast against `here`. It is read several times; the quickest answer
 * is the most exact, wrong by half its way there and back at most.
 */
export async function clockOffset(readOther: () => Promise<number>, here: () => number = now): Promise<number> {
  let best = { wayMs: Number.POSITIVE_INFINITY, offset: 0 };
  for (let reads = 0; reads < ASKED; reads += 1) {
    const from = here();
    const there = await readOther();
    const to = here();
    if (to - from < best.wayMs) best = { wayMs: to - from, offset: there - (from + to) / 2 };
  }
  return best.offset;
}

/** The offset of the database's clock against ours. */
export async function databaseOffset({ pool }: Pick<Bench, 'pool'>): Promise<number> {
  const client = await pool.connect();
  const readOther = async () => {
    const { rows } = await client.query('SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS ms');
    return Number(rows[0]?.ms);
  };
  return clockOffset(readOther).finally(() => client.release());
}
