import type { PrismaClient } from '@job-manager/engine/generated/prisma/client';
import type { createPool } from '@job-manager/server';
import { type JobClient, prismaSql } from '../../../backend/client/src/index.js';

/** Of `pg`. */
type Pool = ReturnType<typeof createPool>;

// #region readme
/** With `pg`: the order and its run are there together, or neither is. */
export async function placeOrder(pool: Pool, jobs: JobClient, order: number) {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await client.query('INSERT INTO orders (number) VALUES ($1)', [order]);
    const { jobRunId } = await jobs.enqueue({ jobName: 'send-invoice', parameters: { order } }, { sql: client });
    await client.query('COMMIT');
    return jobRunId;
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
}

/** With Prisma. */
export const placeOrderWithPrisma = (prisma: PrismaClient, jobs: JobClient, order: number) =>
  prisma.$transaction(async (tx) => {
    await tx.$executeRaw`INSERT INTO orders (number) VALUES (${order})`;
    return jobs.enqueue({ jobName: 'send-invoice', parameters: { order } }, { sql: prismaSql(tx) });
  });
// #endregion
