import { randomUUID } from 'node:crypto';
import { createClient } from '@job-manager/client/client';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ConfigError } from '../config.js';
import { startJobWorker } from '../job-worker.js';
import { readViolations } from '../store/violations.js';
import { createTestDatabase, type TestDatabase } from '../testing/database.js';
import { echo } from '../testing/echo-job.js';
import { createPool } from './client.js';
import { openClient } from './database-client.js';
import { MIGRATION_LOCK, MigrationError, migrate, migrationState, printMigrations } from './migrate.js';
import { migrationNames, readMigration } from './migration-files.js';
import { withSchema } from './schema.js';

let database: TestDatabase;
let sql: pg.Pool;
beforeAll(async () => {
  database = await createTestDatabase();
  sql = database.pool;
});
afterAll(() => database.drop());

const refusalIn = (schema: string): Promise<Error> =>
  migrate(withSchema(database.url, schema)).then(
    () => new Error(`nothing was refused in ${schema}`),
    (error) => error,
  );
function withPrismaSchema(url: string): string {
  const changed = new URL(url);
  changed.searchParams.set('schema', 'public');
  return changed.href;
}
const everythingIn = async (schema: string) =>
  (
    await sql.query(
      `SELECT (SELECT json_agg(relname ORDER BY relname) FROM pg_class WHERE relnamespace = to_regnamespace($1)) AS relations,
         (SELECT json_agg(proname ORDER BY proname) FROM pg_proc WHERE pronamespace = to_regnamespace($1)) AS functions`,
      [schema],
    )
  ).rows;

describe('a schema of another application', () => {
  it.each([
    ['has a table named as one of ours', 'CREATE TABLE a."User" (name text)', 'User'],
    [
      'has other tables',
      'CREATE TABLE a.orders (number int); CREATE VIEW a.open AS SELECT * FROM a.orders',
      'open, orders',
    ],
    [
      'has migrations of Prisma',
      `CREATE TABLE a._prisma_migrations (migration_name text, finished_at timestamptz); INSERT INTO a._prisma_migrations VALUES ('20240101000000_init', now())`,
      '_prisma_migrations',
    ],
    ['has a type of a name of ours', `CREATE TYPE a."UserRole" AS ENUM ('guest')`, 'UserRole'],
    [
      'has a migration of the same name as ours',
      `CREATE TABLE a._prisma_migrations (migration_name text, finished_at timestamptz); INSERT INTO a._prisma_migrations VALUES ('20260101000000_init', now())`,
      '_prisma_migrations',
    ],
  ])('%s, and is left alone', async (_what, script, names) => {
    await sql.query(`DROP SCHEMA IF EXISTS a CASCADE; CREATE SCHEMA a; ${script}`);
    const before = await everythingIn('a');
    const refusal = await refusalIn('a');
    expect(refusal).toBeInstanceOf(ConfigError);
    expect(refusal.message).toMatch(
      /^The schema "a" of this database belongs to another application .*DATABASE_SCHEMA/,
    );
    expect(refusal.message).toContain(`(it has ${names})`);
    expect(await everythingIn('a')).toEqual(before);
  });

  it('may be that of Job Manager after all, where its first migration once failed', async () => {
    const row = `'1', '20260101000000_init', 'x', NULL`;
    await sql.query(`CREATE SCHEMA left_over; CREATE TABLE left_over._prisma_migrations (id VARCHAR(36) PRIMARY KEY NOT NULL,
      migration_name VARCHAR(255) NOT NULL, checksum VARCHAR(64) NOT NULL, finished_at TIMESTAMPTZ, logs TEXT, rolled_back_at TIMESTAMPTZ,
      started_at TIMESTAMPTZ NOT NULL DEFAULT now(), applied_steps_count INTEGER NOT NULL DEFAULT 0);
      INSERT INTO left_over._prisma_migrations (id, migration_name, checksum, finished_at) VALUES (${row})`);
    expect(await migrate(withSchema(database.url, 'left_over'))).toEqual(migrationNames());
    expect(await migrate(withSchema(database.url, 'left_over'))).toEqual([]);
  });
});

describe('a migration that PostgreSQL refuses', () => {
  const url = () => withSchema(database.url, 'left_over');

  it('is reported with its message, leaves nothing, and may be applied again', async () => {
    const last = '20261129130000_derived_days';
    const { rows } = await sql.query('DELETE FROM left_over._prisma_migrations WHERE migration_name = $1 RETURNING *', [
      last,
    ]);
    const before = await everythingIn('left_over');
    const refusal = await migrate(url()).catch((error) => error);
    expect(refusal).toBeInstanceOf(MigrationError);
    expect(refusal.message).toContain(`Migration ${last} failed and changed nothing: `);
    expect(refusal.message).toMatch(/already exists.*\(42[0-9A-Z]{3}\)/);
    expect(await everythingIn('left_over')).toEqual(before);
    const state = async () => {
      const client = await openClient({ connectionString: url() });
      return migrationState(client, 'left_over').finally(() => client.end());
    };
    expect(await state()).toEqual({ pending: [last], unknown: [] });
    await sql.query(
      'INSERT INTO left_over._prisma_migrations SELECT * FROM json_populate_record(NULL::left_over._prisma_migrations, $1)',
      [JSON.stringify(rows[0])],
    );
    await sql.query(
      `UPDATE left_over._prisma_migrations SET migration_name = '99990101000000_later' WHERE migration_name = $1`,
      [last],
    );
    expect(await state()).toEqual({ pending: [last], unknown: ['99990101000000_later'] });
  });

  it('is not sent where the role may not make tables: the error names what to grant', async () => {
    await sql.query(`CREATE ROLE clerk LOGIN PASSWORD 'clerk'; CREATE SCHEMA closed`);
    const theirs = new URL(database.url);
    [theirs.username, theirs.password] = ['clerk', 'clerk'];
    const refused = (schema: string) => migrate(withSchema(theirs.href, schema)).catch((error) => error.message);
    expect(await refused('closed')).toContain('GRANT USAGE, CREATE ON SCHEMA closed TO clerk');
    expect(await refused('missing')).toMatch(/may not make the schema missing .*GRANT CREATE ON DATABASE \w+ TO clerk/);
    await sql.query('DROP ROLE clerk');
  });
});

describe('an application that names no schema', () => {
  const start = (settings = {}) =>
    startJobWorker({ databaseUrl: other.url, jobs: [echo], settings: { LOG_LEVEL: 'silent', ...settings } });
  let other: TestDatabase;
  beforeAll(async () => {
    other = await createTestDatabase();
  });
  afterAll(() => other.drop());

  it('goes on with the tables of an older version in public where that is set, and else begins nothing beside them', async () => {
    const refusal = await start().catch((error) => error);
    expect(refusal).toBeInstanceOf(ConfigError);
    expect(refusal.message).toMatch(
      /^Job Manager's tables are in the schema "public" of this database, .*DATABASE_SCHEMA=public .*; nothing was written$/,
    );
    const schemas = await other.pool.query(`SELECT 1 FROM pg_namespace WHERE nspname = 'job_manager'`);
    expect(schemas.rowCount).toBe(0);
    await expect(printMigrations(withSchema(other.url, 'job_manager'), { isSchemaNamed: false })).rejects.toThrow(
      'set DATABASE_SCHEMA=public',
    );
    const worker = await start({ DATABASE_SCHEMA: 'public' });
    await worker.declared;
    const client = createClient({ connectionString: other.url });
    expect(await client.enqueue({ jobName: 'echo' })).toMatchObject({ isNew: true });
    await client.close();
    await worker.stop();
    expect((await other.pool.query('SELECT FROM public."JobRun"')).rowCount).toBe(1);
  });

  it('gets the schema job_manager in a database without them, and so it stays', async () => {
    await other.pool.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public; CREATE TABLE "JobRun" (lap int)');
    await (await start()).stop();
    const worker = await start();
    await worker.declared;
    // The second as Prisma writes the URL of an application with tables in public.
    for (const connectionString of [other.url, withPrismaSchema(other.url)]) {
      const client = createClient({ connectionString });
      await client.enqueue({ jobName: 'echo' });
      await client.close();
    }
    await worker.stop();
    expect((await other.pool.query('SELECT FROM job_manager."JobRun"')).rowCount).toBe(2);
    expect((await other.pool.query('SELECT FROM public."JobRun"')).rowCount).toBe(0);
  });

  it('may have a second one beside those of a clone, where it names it', async () => {
    const clone = await createTestDatabase();
    expect(await migrate(withSchema(clone.url, 'job_manager'))).toEqual(migrationNames());
    await clone.drop();
  });
});

it('a worker may start first: it applies the migrations itself', async () => {
  const databaseUrl = withSchema(database.url, 'worker_first');
  const client = createClient({ connectionString: databaseUrl });
  await expect(client.enqueue({ jobName: 'echo' })).rejects.toMatchObject({
    code: 'NOT_INSTALLED',
    message: expect.stringContaining('the schema "worker_first"'),
  });
  const worker = await startJobWorker({ databaseUrl, jobs: [echo], settings: { LOG_LEVEL: 'silent' } });
  await vi.waitFor(() => client.enqueue({ jobName: 'echo' }), 5_000);
  await client.close();
  await worker.stop();
});

it('is taken out by dropping its schema: nothing of it is anywhere else', async () => {
  const others = `SELECT nspname, (SELECT json_agg(relname ORDER BY relname) FROM pg_class WHERE relnamespace = n.oid) AS relations,
      (SELECT json_agg(proname ORDER BY proname) FROM pg_proc WHERE pronamespace = n.oid) AS functions,
      (SELECT json_agg(typname ORDER BY typname) FROM pg_type WHERE typnamespace = n.oid) AS types,
      (SELECT count(*) FROM pg_extension) AS extensions, (SELECT count(*) FROM pg_event_trigger) AS triggers
    FROM pg_namespace n WHERE nspname <> 'taken_out' AND nspname !~ '^pg_(temp|toast)' ORDER BY nspname`;
  const before = (await sql.query(others)).rows;
  await migrate(withSchema(database.url, 'taken_out'));
  expect((await sql.query(others)).rows).toEqual(before);
  await sql.query('DROP SCHEMA taken_out CASCADE');
  expect((await sql.query(others)).rows).toEqual(before);
});

it('two that start at once pin the search path of the functions one after the other', async () => {
  const unpinned = `SELECT p.oid::regprocedure AS name FROM pg_proc p WHERE pronamespace = 'at_once'::regnamespace AND prokind = 'f'
    AND coalesce(proconfig::text, '') NOT LIKE '%search_path=%'`;
  const url = withSchema(database.url, 'at_once');
  await migrate(url);
  await sql.query(
    `DO $$ DECLARE f regprocedure; BEGIN
       FOR f IN SELECT oid::regprocedure FROM pg_proc WHERE pronamespace = 'at_once'::regnamespace AND prokind = 'f'
       LOOP EXECUTE format('ALTER FUNCTION %s RESET search_path', f); END LOOP; END $$`,
  );
  const first = await sql.connect();
  const [pinned] = (await first.query<{ name: string }>(unpinned)).rows;
  await first.query('BEGIN');
  await first.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
  await first.query(`ALTER FUNCTION ${pinned?.name} SET search_path = at_once, pg_temp`);
  const second = migrate(url);
  await vi.waitFor(async () => {
    const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    expect((await sql.query(waiting)).rowCount).toBe(1);
  }, 5_000);
  await first.query('COMMIT');
  first.release();
  expect(await second).toEqual([]);
  expect((await sql.query(unpinned)).rows).toEqual([]);
});

it('data restored by itself, with an empty search path, leaves the counters right', async () => {
  const hours = `INSERT INTO left_over."JobRunCount" (hour, "jobName", status, runs, "totalDurationMs") VALUES ('2026-01-01T10:00Z', 'a', 'SUCCESS', 3, 0), ('2026-01-01T11:00Z', 'a', 'SUCCESS', 4, 0)`;
  const days = (name: string) =>
    `INSERT INTO left_over."JobRunDayCount" (day, "jobName", status, runs) VALUES ('2026-01-01T00:00Z', '${name}', 'SUCCESS', 7)`;
  await sql.query(`BEGIN; SET LOCAL search_path = ''; ${hours}; ${days('a')}; COMMIT`);
  await sql.query(`BEGIN; SET LOCAL search_path = ''; ${days('b')}; ${hours.replaceAll("'a'", "'b'")}; COMMIT`);
  const counted = await sql.query('SELECT "jobName", runs FROM left_over."JobRunDayCount" ORDER BY 1');
  expect(counted.rows).toEqual([
    { jobName: 'a', runs: '7' },
    { jobName: 'b', runs: '7' },
  ]);
  const pool = createPool(withSchema(database.url, 'left_over'));
  expect(Object.keys(await readViolations(pool))).toEqual(['counters equal the rows']);
  await pool.end();
});

it('runs restored by themselves, before or after their keys, have each key once', async () => {
  const runs = `INSERT INTO left_over."JobRun" (id, "jobName", "uniqueKey", "uniqueScope", "idempotencyKey") VALUES (901, 'a', 'k', 'RUNNING', 'i')`;
  const keys = `INSERT INTO left_over."JobRunKey" (scope, "jobName", key, "runId") VALUES ('RUNNING', 'a', 'k', 901), ('IDEMPOTENCY', '', 'i', 901)`;
  for (const script of [`${runs}; ${keys}`, `${keys}; ${runs}`]) {
    await sql.query(`BEGIN; SET LOCAL search_path = ''; ${script}; COMMIT`);
    expect((await sql.query('SELECT * FROM left_over."JobRunKey"')).rows).toHaveLength(2);
    await sql.query('DELETE FROM left_over."JobRun"');
    expect((await sql.query('SELECT * FROM left_over."JobRunKey"')).rows).toEqual([]);
  }
});

it('runs that had their keys by an index have them by a row', async () => {
  const names = migrationNames();
  const scripts = names.map((name) => readMigration(name).script);
  const place = names.findIndex((name) => name.endsWith('_run_keys'));
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query('CREATE SCHEMA old; SET search_path = old');
  for (const script of scripts.slice(0, place)) await client.query(script);
  const schedule = randomUUID();
  await client.query(`INSERT INTO "JobRun" ("jobName", status, "finishedAt", "claimNo", "uniqueKey", "uniqueScope", "uniqueUntil", "idempotencyKey", "scheduleId", "dueAt") VALUES
    ('waits', 'QUEUED', NULL, 0, 'k', 'QUEUED', NULL, 'i', NULL, NULL), ('tried', 'QUEUED', NULL, 1, 'k', 'QUEUED', NULL, NULL, NULL, NULL),
    ('behind', 'QUEUED', NULL, 0, 'k', 'BEHIND', NULL, NULL, NULL, NULL), ('retried', 'QUEUED', NULL, 1, 'k', 'RUNNING', NULL, NULL, NULL, NULL),
    ('ended', 'FAILED', now(), 1, 'k', 'RUNNING', NULL, NULL, NULL, NULL), ('daily', 'SUCCESS', now(), 1, 'k', 'PERIOD', '2100-01-01Z', NULL, NULL, NULL),
    ('due', 'SUCCESS', now(), 1, NULL, NULL, NULL, NULL, '${schedule}', '2026-01-01T00:00:00.123Z')`);
  await client.query(scripts[place] ?? '');
  const { rows } = await client.query(
    'SELECT k.scope, r."jobName" AS run, k.key FROM "JobRunKey" k JOIN "JobRun" r ON r.id = k."runId" ORDER BY 1, 2',
  );
  await client.end();
  expect(rows).toEqual([
    { scope: 'QUEUED', run: 'waits', key: 'k' },
    { scope: 'RUNNING', run: 'retried', key: 'k' },
    { scope: 'PERIOD', run: 'daily', key: 'k' },
    { scope: 'IDEMPOTENCY', run: 'waits', key: 'i' },
    { scope: 'DUE', run: 'due', key: `${schedule}/1767225600123` },
  ]);
});

it('tables that only a search path led to are named, and no others are made', async () => {
  const name = new URL(database.url).pathname.slice(1);
  await sql.query(
    `ALTER SCHEMA public RENAME TO app; CREATE SCHEMA public; ALTER DATABASE ${name} SET search_path = app`,
  );
  expect((await refusalIn('public')).message).toContain('set DATABASE_SCHEMA=app');
  expect(await migrate(withSchema(database.url, 'app'))).toEqual([]);
});
