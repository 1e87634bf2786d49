import { randomUUID } from 'node:crypto';
import { migrate } from '@job-manager/engine/database/migrate';
import { migrationNames, readMigration } from '@job-manager/engine/database/migration-files';
import { withSchema } from '@job-manager/engine/database/schema';
import { createTestDatabase, type TestDatabase } from '@job-manager/engine/testing/database';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { migrateSample } from './sample-database.js';

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(() => database.drop());

const query = async (text: string) => (await database.pool.query(text)).rows;

describe('an installation from before the sample had a schema of its own', () => {
  const OLD = 'old';
  const upgrade = () => migrate(withSchema(database.url, OLD));

  beforeEach(async () => {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query(`CREATE SCHEMA ${OLD}; SET search_path = ${OLD};
      CREATE TABLE _prisma_migrations (id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL, finished_at TIMESTAMPTZ,
        migration_name VARCHAR(255) NOT NULL, logs TEXT, rolled_back_at TIMESTAMPTZ, started_at TIMESTAMPTZ NOT NULL DEFAULT now(),
        applied_steps_count INTEGER NOT NULL DEFAULT 0)`);
    for (const name of migrationNames().filter((each) => !each.endsWith('_sample_leaves') && each < '20261202170000')) {
      const { script, checksum } = readMigration(name);
      await client.query(script);
      await client.query(
        'INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) VALUES ($1, $2, $3, now())',
        [randomUUID(), checksum, name],
      );
    }
    await client.end();
  });

  it('keeps its rows, and its members are no accounts', async () => {
    await query(`INSERT INTO old."User" (email, role) VALUES ('ada@example.com', 'USER'), ('bo@example.com', 'USER'), ('admin@example.com', 'ADMIN');
      INSERT INTO old."Profile" ("userId", "displayName", "birthDate", gender, bio, city, country, latitude, longitude, "seekingAgeMin", "seekingAgeMax", "lastActiveAt", "createdAt")
        SELECT id, email, '1990-01-01', 'x', '', 'Berlin', 'DE', 0, 0, 18, 99, now(), now() FROM old."User" WHERE role = 'USER';
      INSERT INTO old."Post" ("authorId", text, "createdAt") SELECT id, 'Hello', now() FROM old."User" WHERE role = 'USER';
      INSERT INTO old."Reaction" ("userId", "postId", kind, "createdAt") VALUES (2, 1, 'LOVE', now());
      INSERT INTO old."SampleRow" VALUES ('channel', 'uploads');
      INSERT INTO old."JobRun" ("jobName", "triggeredById") VALUES ('trending', 2)`);
    await upgrade();
    expect(await migrateSample(database.url)).toEqual([]);
    expect(await query('SELECT email FROM old."User" ORDER BY id')).toEqual([
      // Named by a run.
      { email: 'bo@example.com' },
      { email: 'admin@example.com' },
    ]);
    expect(await query('SELECT id, email FROM sample."User" ORDER BY id LIMIT 1')).toEqual([
      { id: 1, email: 'ada@example.com' },
    ]);
    expect(await query('SELECT "postId", kind::text FROM sample."Reaction"')).toEqual([{ postId: 1, kind: 'LOVE' }]);
    expect(await query('SELECT id FROM sample."SampleRow"')).toEqual([{ id: 'uploads' }]);
    // Numbers go on, and what referred to members does so still.
    expect(
      await query(`INSERT INTO sample."Post" ("authorId", text, "createdAt") VALUES (2, 'Again', now()) RETURNING id`),
    ).toEqual([{ id: 3 }]);
    await query('DELETE FROM sample."User" WHERE id = 2');
    expect(await query('SELECT id FROM sample."Post" ORDER BY id')).toEqual([{ id: 1 }]);
    const handedOver = await query(CATALOG);
    await query('DROP SCHEMA sample CASCADE');
    await migrateSample(database.url);
    expect(handedOver).toEqual(await query(CATALOG));
    expect(
      await query(
        `SELECT tablename FROM pg_tables WHERE schemaname = 'old' AND tablename IN ('Profile', 'Media', 'SampleRow')`,
      ),
    ).toEqual([]);
  });

  it('that was never filled gets no schema for it', async () => {
    await query(`INSERT INTO old."User" (email, role) VALUES ('admin@example.com', 'ADMIN')`);
    await upgrade();
    expect(await query(`SELECT 1 FROM pg_namespace WHERE nspname = 'sample'`)).toEqual([]);
    expect(await query('SELECT email FROM old."User"')).toEqual([{ email: 'admin@example.com' }]);
    expect(
      await query(
        `SELECT tablename FROM pg_tables WHERE schemaname = 'old' AND tablename IN ('Profile', 'Media', 'SampleRow')`,
      ),
    ).toEqual([]);
  });

  /** Everything that a schema is made of, without numbers that PostgreSQL gives. */
  const CATALOG = `
SELECT 'column' AS kind, table_name || '.' || column_name AS name, concat_ws(' ', udt_schema, udt_name, column_default, is_nullable, character_maximum_length) AS what
  FROM information_schema.columns WHERE table_schema = 'sample'
UNION ALL SELECT 'constraint', conrelid::regclass || '.' || conname, pg_get_constraintdef(oid) FROM pg_constraint
  WHERE connamespace = 'sample'::regnamespace AND contype <> 'n'
UNION ALL SELECT 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = 'sample'
UNION ALL SELECT 'type', typname, NULL FROM pg_type WHERE typnamespace = 'sample'::regnamespace AND typtype = 'e'
ORDER BY 1, 2, 3`;
});

it('of another application is left alone', async () => {
  await query('CREATE SCHEMA sample; CREATE TABLE sample.orders (id int)');
  await expect(migrateSample(database.url)).rejects.toThrow(
    /^The schema "sample" of this database belongs to another application \(it has orders\): the sample network of this clone/,
  );
});
