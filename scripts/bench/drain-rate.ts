import { setTimeout as delay } from 'node:timers/promises';
import { defineJob } from '@job-manager/backend/queue/job';
import * as z from 'zod';
import type { Bench } from './bench.js';
import type { Part } from './figure.js';
import { withOwnEngine } from './own-engine.js';

const RUNS = 5_000;
const PLAIN_BATCH = 500;

const noOp = defineJob({
  name: 'bench-no-op',
  description: 'Does nothing, for the benchmark.',
  examples: ['pnpm bench'],
  algorithmVersion: '1',
  parameters: z.strictObject({}),
  defaultParams: {},
  run: async () => {},
});

/**
 * How many runs that do nothing a runner with the default settings gets through, against a loop written by
 * hand that claims and completes the rows of one plain table in batches, on the same machine a moment apart.
 */
export const drainRate: Part = {
  id: 'drain-rate',
  measure: async (bench) => {
    const plain = await drainPlainTable(bench);
    const product = await drainProduct(bench);
    return [
      {
        name: `Drain of ${RUNS.toLocaleString('en')} runs that do nothing, one runner`,
        value: Math.round(product),
        unit: 'runs/s',
        details: [
          `${(100 * (product / plain)).toFixed(0)} % of a hand-written loop on a plain table in batches of ${PLAIN_BATCH}: ${Math.round(plain)} rows/s`,
        ],
      },
    ];
  },
};

/** Runs per second, from the first claim to the last outcome by the database's clock. */
async function drainProduct(bench: Bench): Promise<number> {
  await bench.pool.query(`INSERT INTO "JobRun" ("jobName") SELECT $1 FROM generate_series(1, $2::int)`, [
    noOp.name,
    RUNS,
  ]);
  return withOwnEngine(bench, [noOp], async ({ runner }) => {
    await runner.start();
    for (;;) {
      const { rows } = await bench.pool.query<{ done: number; seconds: number }>(DRAINED, [noOp.name]);
      const [state] = rows;
      if (state?.done === RUNS) return RUNS / state.seconds;
      await delay(100);
    }
  });
}

const DRAINED = `
SELECT count("finishedAt")::int AS done, extract(epoch FROM max("finishedAt") - min("startedAt"))::float8 AS seconds
FROM "JobRun" WHERE "jobName" = $1`;

async function drainPlainTable({ pool }: Bench): Promise<number> {
  await pool.query(PLAIN_TABLE);
  await pool.query('INSERT INTO bench_plain SELECT FROM generate_series(1, $1::int)', [RUNS]);
  const from = performance.now();
  for (;;) {
    const claimed = await pool.query<{ id: string }>(PLAIN_CLAIM, [PLAIN_BATCH]);
    if (claimed.rows.length === 0) break;
    await pool.query(`UPDATE bench_plain SET status = 'SUCCESS', finished_at = clock_timestamp() WHERE id = ANY($1)`, [
      claimed.rows.map(({ id }) => id),
    ]);
  }
  const seconds = (performance.now() - from) / 1_000;
  await pool.query('DROP TABLE bench_plain');
  return RUNS / seconds;
}

const PLAIN_TABLE = `
CREATE TABLE bench_plain (id bigserial PRIMARY KEY, status text NOT NULL DEFAULT 'QUEUED',
  queued_at timestamptz NOT NULL DEFAULT clock_timestamp(), started_at timestamptz, finished_at timestamptz);
CREATE INDEX ON bench_plain (id) WHERE status = 'QUEUED'`;

const PLAIN_CLAIM = `
WITH due AS MATERIALIZED (SELECT id FROM bench_plain WHERE status = 'QUEUED' ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED)
UPDATE bench_plain p SET status = 'RUNNING', started_at = clock_timestamp() FROM due WHERE p.id = due.id RETURNING p.id`;
