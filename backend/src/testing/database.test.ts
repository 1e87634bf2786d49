import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from './database.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

it('keeps a recorded outcome for ever', async () => {
  const run = await database.db.jobRun.create({ data: { jobName: 'x', status: 'FAILED', finishedAt: new Date() } });
  const revive = database.db.jobRun.update({ where: { id: run.id }, data: { status: 'QUEUED', finishedAt: null } });
  await expect(revive).rejects.toThrow(/has ended as FAILED/);
});
