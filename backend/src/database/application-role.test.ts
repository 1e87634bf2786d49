import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../testing/database.js';
import { createPool } from './client.js';
import { migrate } from './migrate.js';

const SCRIPT = new URL('../../../prisma/application-role.sql', import.meta.url);

let database: TestDatabase;
let appUrl: string;
let app: ReturnType<typeof createPool>;
beforeAll(async () => {
  database = await createTestDatabase();
  await database.pool.query(`DROP ROLE IF EXISTS job_manager_app; CREATE ROLE job_manager_app LOGIN PASSWORD 'app'`);
  await database.pool.query(await readFile(SCRIPT, 'utf8'));
  const url = new URL(database.url);
  url.username = 'job_manager_app';
  url.password = 'app';
  appUrl = url.href;
  app = createPool(appUrl, { max: 1 });
});
afterAll(async () => {
  await app.end();
  await database.pool.query('DROP OWNED BY job_manager_app; DROP ROLE job_manager_app');
  await database.drop();
});

it('works on runs, and finds the database up to date', async () => {
  expect(await migrate(appUrl)).toEqual([]);
  await app.query(`INSERT INTO "JobRun" ("jobName") VALUES ('echo')`);
  expect((await app.query(`UPDATE "JobRun" SET priority = 1`)).rowCount).toBe(1);
  expect((await app.query(`DELETE FROM "JobRun"`)).rowCount).toBe(1);
});

it.each([
  `UPDATE "AuditEvent" SET action = 'other'`,
  `DELETE FROM "AuditEvent"`,
  `TRUNCATE "AuditEvent"`,
  `ALTER TABLE "AuditEvent" DISABLE TRIGGER ALL`,
  `DROP TRIGGER "AuditEvent_is_append_only" ON "AuditEvent"`,
  `SET session_replication_role = replica`,
  `DELETE FROM "_prisma_migrations"`,
])('adds to the audit log, and may not say %s', async (statement) => {
  await app.query(`INSERT INTO "AuditEvent" (action, target) VALUES ('session.end', 'test')`);
  await expect(app.query(statement)).rejects.toMatchObject({ code: '42501' });
});
