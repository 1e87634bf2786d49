import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../testing/database.js';
import { readSystemState } from './health.js';
import type { Sql } from './sql.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  Plans?: PlanNode[];
}

/** How all statements read runs, made as for a table too long to be read whole: each node with the one above it. */
async function readersOf(work: (sql: Sql) => Promise<unknown>): Promise<{ node: PlanNode; above: string }[]> {
  const client = await database.pool.connect();
  const plans: PlanNode[] = [];
  const query = async (text: string, values?: unknown[]) => {
    const { rows } = await client.query(`EXPLAIN (COSTS OFF, FORMAT JSON) ${text}`, values);
    plans.push(rows[0]['QUERY PLAN'][0].Plan);
    return client.query(text, values);
  };
  await client.query('SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_sort = off');
  await work({ query } as unknown as Sql);
  client.release(true);
  const below = (node: PlanNode, above: string): { node: PlanNode; above: string }[] => [
    { node, above },
    ...(node.Plans ?? []).flatMap((child) => below(child, node['Node Type'])),
  ];
  return plans.flatMap((plan) => below(plan, 'the statement')).filter(({ node }) => node['Relation Name'] === 'JobRun');
}

it('counts the queue in the index of claims alone, and looks at the first in line only', async () => {
  const limits = { stalledAfterMs: 300_000, slowAfterMs: 1_800_000, slowJobs: [] };
  const readers = await readersOf((sql) => readSystemState(sql, limits));
  const inLine = readers.filter(({ node }) => node['Index Name'] === 'JobRun_claim');
  // Whatever reads the rows themselves stops soon; what counts needs none.
  const whole = inLine.filter(({ above }) => above !== 'Limit');
  expect(whole.map(({ node }) => node['Node Type'])).toEqual(['Index Only Scan']);
  expect(inLine.length).toBeGreaterThan(whole.length);
  expect(readers.filter(({ node }) => node['Node Type'] === 'Seq Scan')).toEqual([]);
});
