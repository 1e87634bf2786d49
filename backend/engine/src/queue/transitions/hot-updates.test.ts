import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../testing/database.js';
import type { MessageLine } from '../message-line.js';
import { beat } from './beat.js';
import { claimDueRuns } from './claim.js';
import { writeProgress } from './progress.js';
import { writeMessages } from './write-messages.js';

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

// The key columns of an index are in `indkey`; what its expressions read and its condition tests, it depends on.
const INDEXED = `
SELECT DISTINCT attname::text AS name FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid
WHERE i.indrelid = '"JobRun_active"'::regclass AND a.attnum > 0 AND (a.attnum = ANY (i.indkey::int2[]) OR EXISTS (
  SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid
    AND d.refclassid = 'pg_class'::regclass AND d.refobjid = i.indrelid AND d.refobjsubid = a.attnum))`;
const UPDATES = `SELECT n_tup_upd::int AS all, n_tup_hot_upd::int AS hot FROM pg_stat_xact_user_tables WHERE relname = 'JobRun_active'`;

const rows = async (text: string, values: unknown[] = []) => (await client.query(text, values)).rows;
const snapshot = async (): Promise<Record<string, unknown>> =>
  (await rows('SELECT to_jsonb(r) AS run FROM "JobRun_active" r'))[0].run;
const differences = (before: Record<string, unknown>, after: Record<string, unknown>): string[] =>
  Object.keys(after).filter((column) => JSON.stringify(after[column]) !== JSON.stringify(before[column]));

it('No index of active runs has or tests a column that beats, progress or messages write: all their updates are HOT', async () => {
  const indexed = (await rows(INDEXED)).map(({ name }) => name);
  expect(indexed).toEqual(expect.arrayContaining(['id', 'status', 'finishedAt', 'runAt', 'uniqueKey', 'dependsOn']));
  await rows('BEGIN');
  await rows(`INSERT INTO "JobRun" ("jobName") VALUES ('work')`);
  const queued = await snapshot();
  const [run] = await claimDueRuns(client, { runnerId: randomUUID(), jobNames: ['work'], most: 1 });
  if (!run) throw new Error('There was nothing to claim');
  const claimed = await snapshot();
  // Alone: see "Claims are not HOT" in docs/decisions.
  expect(differences(queued, claimed).filter((column) => indexed.includes(column))).toEqual(['status']);
  const [before] = await rows(UPDATES);

  const line = (level: MessageLine['level']): MessageLine => ({ level, message: level, data: null });
  const lines = [line('INFO'), line('INFO'), line('WARN'), line('ERROR')];
  await beat(client, { runnerId: randomUUID(), leases: [run], loopLagMs: 0, lastClaimAgoMs: 0, lastProgressAgoMs: 0 });
  const written = await writeProgress(client, [{ ...run, percent: 50, message: 'half', steps: '[]' }]);
  const held = await writeMessages(client, [{ ...run, lines, callKey: null }], 3);
  expect([...written, ...held]).toEqual([run.leaseToken, run.leaseToken]);

  const changed = differences(claimed, await snapshot());
  expect(changed.toSorted()).toEqual([
    ...['droppedMessages', 'errorCount', 'lastHeartbeatAt', 'messageCount', 'progressMessage', 'progressPercent'],
    ...['rev', 'steps', 'warningCount'],
  ]);
  expect(changed.filter((column) => indexed.includes(column))).toEqual([]);
  const [after] = await rows(UPDATES);
  expect({ all: after.all - before.all, hot: after.hot - before.hot }).toEqual({ all: 3, hot: 3 });
  await rows('ROLLBACK');
});
