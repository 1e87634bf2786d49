import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../testing/database.js';
import { readSystemState } from './health.js';
import type { Sql } from './sql.js';

const limits = { stalledAfterMs: 300_000, slowAfterMs: 1_800_000, slowJobs: [{ name: 'known', slowAfterMs: 60_000 }] };
let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  const { pool } = database;
  await pool.query(
    `INSERT INTO "JobRun" ("jobName", "runAt")
     SELECT 'known', now() - interval '1 hour' + n * interval '1 ms' FROM generate_series(1, 20000) n`,
  );
  await pool.query(
    `INSERT INTO "JobRun" ("jobName", status, "finishedAt") SELECT 'known', 'SUCCESS', now() FROM generate_series(1, 50000)`,
  );
  await pool.query('VACUUM ANALYZE "JobRun"');
});
afterAll(() => database.drop());

it('counts a long queue, and tells since when its first waits', async () => {
  const { now, backlog } = await readSystemState(database.pool, limits);
  expect(backlog).toMatchObject({ queued: 20_000, due: 20_000 });
  expect(now.getTime() - (backlog.oldestDueAt?.getTime() ?? 0)).toBeGreaterThanOrEqual(3_599_000);
  expect(backlog.oldestKnownDueAt).toEqual(backlog.oldestDueAt);
});

it('counts in an index alone, and reads no run that has ended', async () => {
  const plans: string[] = [];
  const explaining = {
    query: async (text: string, values?: unknown[]) => {
      const { rows } = await database.pool.query(`EXPLAIN ${text}`, values);
      plans.push(...rows.map((row) => String(row['QUERY PLAN']).trim()));
      return database.pool.query(text, values);
    },
  };
  await readSystemState(explaining as unknown as Sql, limits);
  expect(plans.filter((line) => line.includes('Seq Scan on "JobRun"'))).toEqual([]);
  expect(plans.join('\n')).toMatch(/Index Only Scan using "JobRun_claim"/);
});
