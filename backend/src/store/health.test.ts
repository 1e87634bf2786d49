import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../testing/database.js';
import { readSystemState } from './health.js';
import type { Sql } from './sql.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

/** The plans of all statements, one line a node, made as for a table too long to be read whole. */
async function plansOf(work: (sql: Sql) => Promise<unknown>): Promise<string[]> {
  const client = await database.pool.connect();
  const plans: string[] = [];
  const query = async (text: string, values?: unknown[]) => {
    const { rows } = await client.query(`EXPLAIN (COSTS OFF) ${text}`, values);
    plans.push(...rows.map((row) => String(row['QUERY PLAN']).replace('->', '').trim()));
    return client.query(text, values);
  };
  await client.query('SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_sort = off');
  await work({ query } as unknown as Sql);
  client.release(true);
  return plans;
}

it('counts the queue in the index of claims alone, and looks at the first in line only', async () => {
  const limits = { stalledAfterMs: 300_000, slowAfterMs: 1_800_000, slowJobs: [] };
  const plans = await plansOf((sql) => readSystemState(sql, limits));
  const readers = plans.flatMap((line, at) => (line.includes('JobRun_claim') ? [[plans[at - 1], line]] : []));
  // Whatever reads the rows themselves stops soon; what counts needs none.
  expect(readers.filter(([above]) => above !== 'Limit')).toEqual([
    [expect.anything(), expect.stringMatching(/^Index Only Scan/)],
  ]);
  expect(plans.filter((line) => line.startsWith('Seq Scan on "JobRun"'))).toEqual([]);
});
