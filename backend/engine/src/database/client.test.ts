import { expect, it } from 'vitest';
import { isUnreachable } from '../store/database-errors.js';
import { createTestDatabase } from '../testing/database.js';
import { createPrisma } from '../testing/prisma.js';
import { startStallingNetwork } from '../testing/stalling-network.js';
import { createPool } from './client.js';

it('reads and writes times rightly whatever zone the database lives in', async () => {
  const database = await createTestDatabase();
  const name = new URL(database.url).pathname.slice(1);
  await database.pool.query(`ALTER DATABASE ${name} SET timezone = 'America/New_York'`);
  const pool = createPool(database.url);
  const db = createPrisma(pool);
  const at = new Date('2026-03-01T12:00:00.000Z');
  const { id } = await db.jobRun.create({ data: { jobName: 'timed', runAt: at } });
  expect((await db.jobRun.findUniqueOrThrow({ where: { id } })).runAt).toEqual(at);
  const { rows } = await pool.query('SELECT "runAt" FROM "JobRun" WHERE "runAt" = $1', [at]);
  expect(rows).toEqual([{ runAt: at }]);
  await db.$disconnect();
  await pool.end();
  await database.drop();
});

it('drops a connection without answers, and goes on with a new one', async () => {
  const database = await createTestDatabase();
  const network = await startStallingNetwork(database.url);
  const pool = createPool(network.url, { max: 1, statementTimeoutMs: 100 });
  await pool.query('SELECT 1');
  network.stallAt('silence');
  const waiting = pool.query("SELECT 'silence'").catch((error) => error);
  expect(isUnreachable(await waiting)).toBe(true);
  expect((await pool.query('SELECT 2 AS two')).rows).toEqual([{ two: 2 }]);
  await pool.end();
  network.close();
  await database.drop();
});
