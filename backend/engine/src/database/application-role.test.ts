import { afterAll, beforeAll, expect, it } from 'vitest';
import { keepMonths } from '../queue/maintenance/months.js';
import { pruningTasks } from '../queue/maintenance/pruner.js';
import { createTestDatabase, type TestDatabase } from '../testing/database.js';
import { createPool } from './client.js';
import { grantApplicationRights, makeApplicationRole } from './embedded-roles.js';
import { migrate } from './migrate.js';

let database: TestDatabase;
let appUrl: string;
let app: ReturnType<typeof createPool>;
beforeAll(async () => {
  database = await createTestDatabase();
  await makeApplicationRole(database.url, { user: 'job_manager_app', password: 'app' });
  await grantApplicationRights(database.url);
  const url = new URL(database.url);
  url.username = 'job_manager_app';
  url.password = 'app';
  appUrl = url.href;
  app = createPool(appUrl, { max: 1 });
});
afterAll(async () => {
  await app.end();
  await database.pool.query('DROP OWNED BY job_manager_app');
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
  `CREATE OR REPLACE FUNCTION "AuditEvent_refuse_change"() RETURNS trigger LANGUAGE sql AS 'SELECT 1'`,
  `DELETE FROM "_prisma_migrations"`,
  'CREATE TABLE mine ()',
  'CREATE ROLE mine SUPERUSER',
  'ALTER ROLE job_manager_app SUPERUSER',
  'SET ROLE postgres',
  `SELECT pg_read_file('postgresql.conf')`,
  `COPY (SELECT 1) TO PROGRAM 'cat'`,
])('adds to the audit log, and may not execute %s', async (statement) => {
  await app.query(`INSERT INTO "AuditEvent" (action, target) VALUES ('session.end', 'test')`);
  await expect(app.query(statement)).rejects.toMatchObject({ code: '42501' });
});

it('removes what is past its days from the audit log, and nothing else, by a function of the owner', async () => {
  // A table of the caller by that name must not take its place; in one word, the pool would write the schema before it.
  await app.query(
    `DO $$ BEGIN EXECUTE 'CREATE TEMPORARY TABLE "Audit' || 'Event" (id bigint, action text, at timestamptz)'; END $$`,
  );
  await app.query(
    `INSERT INTO "AuditEvent" (action, at) SELECT action, clock_timestamp() - interval '100 days'
     FROM unnest(ARRAY['access.denied', 'token.create']) action`,
  );
  const keepAll = { days: null, runs: null };
  const policy = { SUCCESS: keepAll, FAILED: keepAll, CANCELLED: keepAll };
  expect(
    await pruningTasks(app, policy, 90)
      .at(-1)
      ?.run(async () => true),
  ).toBe('Removed 1 entries');
  await app.query(`INSERT INTO "AuditEvent" (action) VALUES ('access.denied')`);
  await expect(app.query('SELECT job_manager_remove_access_entries(-1, 9)')).rejects.toMatchObject({ code: '23000' });
});

it('makes partitions of months by a function of the owner', async () => {
  const keep = () => keepMonths(app).run(async () => true);
  await keep();
  const { rows } = await database.pool.query(
    `SELECT max(relname) AS name FROM pg_class WHERE relname LIKE 'JobRun\\_20%' AND relkind = 'r'`,
  );
  await database.pool.query(`DROP TABLE "${rows[0].name}"`);
  await app.query(`DO $$ BEGIN EXECUTE 'CREATE TEMPORARY TABLE "Job' || 'Run" (id bigint)'; END $$`);
  expect(await keep()).toBe('Made 1 and dropped 0 months');
  await expect(app.query('SELECT job_manager_make_month(now(), now())')).rejects.toMatchObject({ code: '42501' });
});
