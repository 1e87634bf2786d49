import pg from 'pg';
import { expect, it } from 'vitest';
import { createTestDatabase } from '../testing/database.js';
import { diffSchemas, readSchema } from './schema-diff.js';

/** Columns and indexes of a schema, as text without its name; JobRun's own keys are those of its partitions. */
const OBJECTS = `
SELECT replace(replace(object, $1 || '.', ''), '"', '') AS object FROM (
  SELECT table_name || '.' || column_name || ' ' || udt_name || coalesce('(' || coalesce(character_maximum_length, datetime_precision) || ')', '')
    || CASE WHEN is_nullable = 'NO' OR data_type = 'ARRAY' THEN '' ELSE ' NULL' END || coalesce(' DEFAULT ' || column_default, '') AS object
  FROM information_schema.columns WHERE table_schema = $1 AND table_name !~ '^(JobRun_|_prisma)'
  UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = $1 AND tablename !~ '^(JobRun$|JobRun_|_prisma)'
) objects ORDER BY 1`;

it('prisma/schema has the columns and indexes that the migrations make, except for what it cannot express', async () => {
  const database = await createTestDatabase();
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    const script = await diffSchemas(database.url, [], await readSchema());
    await client.query('CREATE SCHEMA described; SET search_path = described');
    await client.query(script.replace(/CREATE SCHEMA[^;]*;/g, '').replaceAll('"public".', ''));
    // So that both are written with the names of their schemas.
    await client.query('SET search_path = pg_catalog');
    const objectsIn = async (schema: string) =>
      (await client.query<{ object: string }>(OBJECTS, [schema])).rows.map(({ object }) => object);
    const [made, described] = [await objectsIn('public'), await objectsIn('described')];
    expect(made.filter((object) => !described.includes(object))).toEqual([
      'CREATE INDEX JobRunDayTotal_by_job ON JobRunDayTotal USING btree (jobName, status, day) INCLUDE (runs, total)',
    ]);
    expect(described.filter((object) => !made.includes(object))).toEqual([
      'CREATE INDEX JobRunDayTotal_by_job ON JobRunDayTotal USING btree (jobName, status, day)',
    ]);
  } finally {
    await client.end();
    await database.drop();
  }
});
