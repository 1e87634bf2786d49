import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../testing/database.js';
import { QueueEvents } from '../events.js';
import { MaintenanceLoop } from './maintenance-loop.js';
import { selfCheck } from './self-check.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

async function checkNow() {
  const { pool: sql } = database;
  await sql.query('DELETE FROM "MaintenanceTask"');
  const loop = new MaintenanceLoop({
    sql,
    events: new QueueEvents().on('internalError', () => {}),
    tasks: [selfCheck(sql)],
    everyMs: 60_000,
  });
  await loop.tick();
  const noted = await sql.query('SELECT "lastResult", "hasProblem" FROM "MaintenanceTask"');
  return noted.rows[0];
}

it('notes that all rules hold, and which one does not', async () => {
  expect(await checkNow()).toEqual({
    lastResult: expect.stringMatching(/^All \d+ rules hold for 0 runs$/),
    hasProblem: false,
  });
  await database.pool.query(`INSERT INTO "JobRun" ("jobName", "claimNo") VALUES ('job', 1)`);
  expect(await checkNow()).toEqual({
    lastResult: 'Broken: "every claim is the run itself or kept as an earlier attempt" by 1',
    hasProblem: true,
  });
});
