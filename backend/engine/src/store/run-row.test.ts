import { detailColumns, type RunColumn, summaryColumns } from '@job-manager/shared/contract/run-columns';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../testing/database.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const typeOf: Partial<Record<string, RunColumn['kind'][]>> = {
  bigint: ['id', 'bigint'],
  'timestamp with time zone': ['time'],
};

it('has each column of a run as the table has it', async () => {
  const { rows } = await database.pool.query<{ name: string; type: string; nullable: boolean }>(
    `SELECT column_name AS name, data_type AS type, is_nullable = 'YES' AS nullable
     FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = 'JobRun'`,
  );
  const stored = new Map(
    rows.map(({ name, type, nullable }) => [name, { kinds: typeOf[type] ?? ['plain'], nullable }]),
  );
  for (const [name, { kind, schema }] of Object.entries<RunColumn>({ ...summaryColumns, ...detailColumns })) {
    const column = stored.get(name);
    expect(column?.kinds, `kind of ${name}`).toContain(kind);
    expect(schema.safeParse(null).success, `whether ${name} may be null`).toBe(column?.nullable);
  }
});
