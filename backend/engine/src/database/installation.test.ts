import { pbkdf2 } from 'node:crypto';
import type pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../testing/database.js';
import { expectedObjects } from './expected-objects.js';
import { objectsIn, readInstallation } from './installation.js';
import { migrationNames, readMigration } from './migration-files.js';

let database: TestDatabase;
let client: pg.PoolClient;
beforeAll(async () => {
  database = await createTestDatabase();
  client = await database.pool.connect();
});
afterAll(async () => {
  client.release();
  await database.drop();
});

it('what migrations make is read from them as PostgreSQL has it', async () => {
  expect(await expectedObjects()).toEqual([...(await objectsIn(client, 'public'))].sort());
});

it('makes all tables in one schema, and none of the sample network', async () => {
  const { rows } = await client.query<{ schema: string; tables: string[] }>(
    `SELECT nspname AS schema, array_agg(relname::text ORDER BY relname) AS tables FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
     WHERE relkind IN ('r', 'p') AND NOT relispartition AND nspname !~ '^(pg_|information_schema)' GROUP BY 1`,
  );
  expect(rows.map(({ schema }) => schema)).toEqual(['public']);
  const tables = rows[0]?.tables ?? [];
  expect(tables).toEqual(expect.arrayContaining(['JobRun', 'User', '_prisma_migrations']));
  expect(tables.filter((table) => ['Profile', 'Post', 'Media', 'MatchScore', 'SampleRow'].includes(table))).toEqual([]);
  // One more is a table more that an application's administrator has to agree to: docs/decisions/055.
  expect(tables.length).toBeLessThanOrEqual(52 + 1);
});

it('has NULL for a list only where it means something else than an empty one', async () => {
  const { rows } = await client.query<{ column: string }>(
    `SELECT relname || '.' || attname AS column FROM pg_attribute JOIN pg_class c ON c.oid = attrelid JOIN pg_type t ON t.oid = atttypid
     WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition AND attnum > 0 AND typcategory = 'A'
       AND NOT attnotnull ORDER BY 1`,
  );
  expect(rows.map(({ column }) => column)).toEqual([
    // NULL: all jobs.
    'AccessRole.jobPatterns',
    'ApiToken.jobPatterns',
    // NULL: waits for no run.
    'JobRun.dependsOn',
    // NULL: all channels.
    'Runner.channels',
  ]);
});

it('names what is missing, and nothing where all is there', async () => {
  expect(await readInstallation(client, 'public')).toEqual({ pending: [], unknown: [], missing: [] });
  await client.query(`BEGIN; ALTER TABLE "JobRun" DROP COLUMN scope; DROP TABLE "ChannelStart"; DROP INDEX "JobRun_dependents";
    DROP FUNCTION job_manager_external_slot`);
  expect((await readInstallation(client, 'public')).missing).toEqual([
    'column JobRun.scope',
    'function job_manager_external_slot',
    'index JobRun_dependents',
    'table ChannelStart',
  ]);
  await client.query('ROLLBACK');
});

it('reads the files of migrations while passwords keep the threads of the process busy', () => {
  let hashes = 0;
  for (let hash = 0; hash < 8; hash++) pbkdf2('password', 'salt', 50_000, 64, 'sha512', () => hashes++);
  for (const name of migrationNames()) expect(readMigration(name).script).not.toBe('');
  expect(hashes).toBe(0);
});

it('names migrations that are not applied, and those of a newer version', async () => {
  const last = migrationNames().at(-1);
  await client.query('BEGIN');
  await client.query(
    `UPDATE _prisma_migrations SET migration_name = '99990101000000_later' WHERE migration_name = $1`,
    [last],
  );
  expect(await readInstallation(client, 'public')).toEqual({
    pending: [last],
    unknown: ['99990101000000_later'],
    missing: [],
  });
  await client.query('ROLLBACK');
});
