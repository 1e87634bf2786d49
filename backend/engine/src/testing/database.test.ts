import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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

describe('a dropped database', () => {
  /** Whether the next that needs one gets the same, and what it finds in there. */
  async function dropAfter(change: string): Promise<{ isKept: boolean; next: TestDatabase }> {
    const used = await createTestDatabase();
    await used.pool.query(change);
    await used.drop();
    const next = await createTestDatabase();
    return { isKept: next.url === used.url, next };
  }

  it('serves the next test, empty and with its numbers begun anew', async () => {
    const { isKept, next } = await dropAfter(`INSERT INTO "User" (email) VALUES ('ada@example.com')`);
    expect(isKept).toBe(true);
    expect(await next.db.user.count()).toBe(0);
    expect(await next.db.user.create({ data: { email: 'ada@example.com' } })).toMatchObject({ id: 1 });
    await next.drop();
  });

  it.each([
    'CREATE FUNCTION one() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$',
    'ALTER TABLE "User" DISABLE TRIGGER ALL',
    'CREATE SCHEMA other',
    `UPDATE _prisma_migrations SET checksum = 'x'`,
    'INSERT INTO "JobRun" ("jobName") SELECT repeat(\'x\', 100) FROM generate_series(1, 5000)',
  ])('serves no other after %s', async (change) => {
    const { isKept, next } = await dropAfter(change);
    expect(isKept).toBe(false);
    await next.drop();
  });
});
