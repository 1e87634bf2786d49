import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../testing/database.js';
import { readAdjacentRuns } from './adjacent-runs.js';
import { previewCancel, readBatchRuns } from './batches.js';
import { readSystemState } from './health.js';
import { lookUp } from './lookup.js';
import { readQueueFacts } from './queue-facts.js';
import { readQueuePart } from './queue-page.js';
import { readGraph } from './run-graph.js';
import type { RunSummaryRow } from './run-row.js';
import type { Sql } from './sql.js';
import { readStats } from './stats.js';

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
async function readersOf(
  work: (sql: Sql) => Promise<unknown>,
  { takesBitmaps = false } = {},
): Promise<{ node: PlanNode; above: string }[]> {
  const client = await database.pool.connect();
  const plans: PlanNode[] = [];
  const query = async (statement: string | { text: string; values: unknown[] }, given?: unknown[]) => {
    const { text, values = given } = typeof statement === 'string' ? { text: statement } : statement;
    const { rows } = await client.query(`EXPLAIN (COSTS OFF, FORMAT JSON) ${text}`, values);
    plans.push(rows[0]['QUERY PLAN'][0].Plan);
    return client.query(text, values);
  };
  // Before PostgreSQL 18 what is off has a cost that makes it compile every plan.
  await client.query(
    `SET jit = off; SET enable_seqscan = off; SET enable_bitmapscan = ${takesBitmaps}; SET enable_sort = off`,
  );
  await work({ query } as unknown as Sql);
  client.release(true);
  const below = (node: PlanNode, above: string): { node: PlanNode; above: string }[] => [
    { node, above },
    ...(node.Plans ?? []).flatMap((child) => below(child, node['Node Type'])),
  ];
  return plans
    .flatMap((plan) => below(plan, 'the statement'))
    .filter(({ node }) => /^JobRun(_|$)/.test(node['Relation Name'] ?? ''));
}

it('counts the queue in the index of claims alone, and reads the first in line only', async () => {
  const limits = { stalledAfterMs: 300_000, slowAfterMs: 1_800_000, slowJobs: [] };
  const readers = await readersOf((sql) => readSystemState(sql, limits));
  const inLine = readers.filter(({ node }) => node['Index Name'] === 'JobRun_claim');
  // Whatever reads the rows themselves stops soon; what counts needs none.
  const whole = inLine.filter(({ above }) => above !== 'Limit');
  expect(whole).toEqual([]);
  expect(inLine.length).toBeGreaterThan(0);
  expect(readers.filter(({ node }) => node['Node Type'] === 'Seq Scan')).toEqual([]);
});

it('counts as due what a runner could start: in no paused channel, and waiting for no other run', async () => {
  const sql = database.pool;
  const limits = { stalledAfterMs: 300_000, slowAfterMs: 1_800_000, slowJobs: [{ name: 'work', slowAfterMs: 1_000 }] };
  await sql.query(`INSERT INTO "Channel" (name, "pausedAt") VALUES ('mail', now())`);
  await sql.query(`INSERT INTO "JobRun" ("jobName", channel, "isBlocked", "runAt") VALUES
    ('work', 'mail', false, '2026-01-01T00:00:00Z'), ('work', 'default', true, '2026-01-02T00:00:00Z'),
    ('other', 'video', false, '2026-01-03T00:00:00Z'), ('work', 'default', false, '2026-01-04T00:00:00Z'),
    ('work', 'default', false, now() + interval '1 hour')`);
  const oldestDueAt = new Date('2026-01-03T00:00:00Z');
  const oldestKnownDueAt = new Date('2026-01-04T00:00:00Z');
  const { backlog } = await readSystemState(sql, limits);
  expect(backlog).toEqual({ queued: 5, due: 2, oldestDueAt, oldestKnownDueAt });
  await sql.query(`UPDATE "Channel" SET "resumeAt" = now() - interval '1 s'`);
  expect((await readSystemState(sql, limits)).backlog).toMatchObject({
    due: 3,
    oldestDueAt: new Date('2026-01-01T00:00:00Z'),
  });
});

it('counts a long queue up to the cap, in health and in the statistics', async () => {
  const sql = database.pool;
  await sql.query(
    `INSERT INTO "JobRun" ("jobName", channel) SELECT 'work', 'c' || n % 3 FROM generate_series(1, 10100) n`,
  );
  const { backlog } = await readSystemState(sql, { stalledAfterMs: 300_000, slowAfterMs: 1_800_000, slowJobs: [] });
  expect(backlog).toMatchObject({ queued: 10_001, due: 10_001 });
  expect((await readStats(sql, 300_000)).queued).toBe(10_001);
});

it('reads what failed lately from the counters, and which paused channels have due runs', async () => {
  const sql = database.pool;
  await sql.query('TRUNCATE "JobRun", "Channel", "JobRunCount"');
  await sql.query(`INSERT INTO "JobRunCount" (hour, "jobName", status, runs, "totalDurationMs") VALUES
    (date_trunc('hour', now()), 'work', 'FAILED', 3, 0), (date_trunc('hour', now() - interval '1 hour'), 'work', 'SUCCESS', 5, 0),
    (date_trunc('hour', now() - interval '3 hours'), 'work', 'FAILED', 90, 0)`);
  await sql.query(`INSERT INTO "Channel" (name, "pausedAt", "resumeAt") VALUES ('mail', now() - interval '20 minutes', NULL),
    ('idle', now() - interval '20 minutes', NULL), ('over', now() - interval '20 minutes', now() - interval '1 minute')`);
  await sql.query(`INSERT INTO "JobRun" ("jobName", channel, priority, "runAt") VALUES
    ('work', 'mail', 0, now() - interval '10 minutes'), ('work', 'mail', 5, now() - interval '16 minutes'),
    ('work', 'mail', 0, now() + interval '1 hour'), ('work', 'idle', 0, now() + interval '1 hour'), ('work', 'over', 0, now() - interval '1 hour')`);
  await sql.query(`INSERT INTO "JobRun" ("jobName", channel) VALUES ('mailing', 'default')`);
  await sql.query(
    `INSERT INTO "JobSettings" ("jobName", "pausedAt", "pausedBy") VALUES ('mailing', now(), 'ada'), ('idle', now(), 'ada')`,
  );
  const state = await readSystemState(sql, { stalledAfterMs: 300_000, slowAfterMs: 1_800_000, slowJobs: [] });
  expect(state.ended.jobs).toMatchObject([{ jobName: 'work', runs: 8, failed: 3 }]);
  expect(state.pauses).toMatchObject([
    { kind: 'channel', name: 'mail', due: 2 },
    { kind: 'job', name: 'mailing', due: 1, pausedBy: 'ada' },
  ]);
  expect(Math.round((state.pauses[0]?.waitingMs ?? 0) / 60_000)).toBe(16);
});

it('finds whatever lists, the search and the page of a run read in an index', async () => {
  const readers = await readersOf(
    async (sql) => {
      await lookUp(sql, '12');
      await readQueueFacts(sql, [
        { id: '1', jobName: 'work', channel: 'mail', status: 'QUEUED', isBlocked: true },
      ] as RunSummaryRow[]);
      for (const isBlocked of [true, false]) {
        const after = { isBlocked, priority: 0, runAt: new Date(), id: '1' };
        await readQueuePart(sql, { jobName: 'work', channel: 'mail' }, { isBlocked, after, limit: 50 });
      }
      await readAdjacentRuns(sql, '12');
      await readGraph(sql, '12');
      await previewCancel(sql, '12');
      await readBatchRuns(sql, '12', { page: 1, pageSize: 50, isFailed: true });
    },
    { takesBitmaps: true },
  );
  expect(readers.length).toBeGreaterThan(20);
  expect(readers.filter(({ node }) => node['Node Type'] === 'Seq Scan')).toEqual([]);
});
