import { createPool } from '@job-manager/engine/database/client';
import type { Engine, Payload } from './engine.js';

const BATCH = 500;

/**
 * No engine but a baseline: a loop that claims and completes the rows of one table in batches, without
 * history, attempts, leases, retries and all else that an engine is for.
 */
export const plainTable: Engine = {
  prepare: async ({ databaseUrl }) => {
    const pool = createPool(databaseUrl, { max: 1 });
    await pool.query(TABLE).finally(() => pool.end());
  },

  openProducer: async ({ databaseUrl }) => {
    const pool = createPool(databaseUrl);
    return {
      enqueue: async (payload) => {
        await pool.query('INSERT INTO bench_plain (payload) VALUES ($1)', [payload]);
      },
      enqueueMany: async (count) => {
        await pool.query('INSERT INTO bench_plain SELECT FROM generate_series(1, $1::int)', [count]);
      },
    };
  },

  startWorker: async ({ databaseUrl }, onStart) => {
    const pool = createPool(databaseUrl, { max: 1 });
    const workOff = async () => {
      for (;;) {
        const { rows } = await pool.query<{ id: string; payload: Payload }>(CLAIM, [BATCH]);
        if (rows.length === 0) return;
        for (const { payload } of rows) onStart(payload);
        await pool.query(COMPLETE, [rows.map(({ id }) => id)]);
      }
    };
    void workOff();
  },
};

const TABLE = `
CREATE TABLE bench_plain (id bigserial PRIMARY KEY, payload jsonb NOT NULL DEFAULT '{}',
  status text NOT NULL DEFAULT 'QUEUED', queued_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  started_at timestamptz, finished_at timestamptz);
CREATE INDEX ON bench_plain (id) WHERE status = 'QUEUED'`;

const CLAIM = `
WITH due AS MATERIALIZED (SELECT id FROM bench_plain WHERE status = 'QUEUED' ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED)
UPDATE bench_plain p SET status = 'RUNNING', started_at = clock_timestamp() FROM due
WHERE p.id = due.id RETURNING p.id, p.payload`;

const COMPLETE = `UPDATE bench_plain SET status = 'SUCCESS', finished_at = clock_timestamp() WHERE id = ANY($1)`;
