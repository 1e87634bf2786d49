import { retryOnContention } from '@job-manager/client/retry-on-contention';
import type pg from 'pg';
import { expect } from 'vitest';
import type { Sql } from '../store/sql.js';

/**
 * Works in a transaction of its own, which the work ends when it likes. One that fails before is rolled back: a lock
 * that is left behind would keep the next test waiting instead of showing the failure.
 */
export async function inTransaction<Result>(
  pool: pg.Pool,
  work: (sql: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
  const connection = await pool.connect();
  try {
    await connection.query('BEGIN');
    return await work(connection);
  } finally {
    connection.release(true);
  }
}

/** Resolves when so many statements of this database wait for locks. */
export async function untilStatementsWait(sql: Sql, statements = 1): Promise<void> {
  const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  await expect.poll(async () => (await sql.query(waiting)).rowCount, { timeout: 10_000 }).toBe(statements);
}

/** A connection that sends statements as a pool does: again where they met a run that has just ended. */
export const sendingAgain = (client: Sql): Sql =>
  ({ query: (...given: [never]) => retryOnContention(() => client.query(...given)) }) as unknown as Sql;
