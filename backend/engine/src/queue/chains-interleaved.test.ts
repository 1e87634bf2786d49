import { enqueueRuns } from '@job-manager/client/enqueue';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Sql } from '../store/sql.js';
import { readViolations } from '../store/violations.js';
import { createTestDatabase, type TestDatabase } from '../testing/database.js';
import { TestGraph } from '../testing/graph.js';
import { sendingAgain } from '../testing/transaction.js';
import { SYSTEM } from './system-actor.js';
import { cancelBatch, cancelGraph, cancelRun } from './transitions/cancel.js';
import { emergencyFailRuns } from './transitions/force-fail.js';

let database: TestDatabase;
let graph: TestGraph;
let first: pg.Client;
let second: pg.Client;
let secondPid: number;
beforeAll(async () => {
  database = await createTestDatabase();
  graph = new TestGraph(database.pool);
  [first, second] = [new pg.Client(database.url), new pg.Client(database.url)];
  await Promise.all([first.connect(), second.connect()]);
  secondPid = (await second.query('SELECT pg_backend_pid() AS pid')).rows[0].pid;
});
afterEach(async () => {
  await emergencyFailRuns(database.pool, { startedBefore: new Date(Date.now() + 60_000), reason: null }, SYSTEM);
  const left = await database.pool.query(`SELECT id FROM "JobRun" WHERE "finishedAt" IS NULL ORDER BY id`);
  for (const { id } of left.rows) await cancelRun(database.pool, id, SYSTEM).catch(() => {});
  expect(await readViolations(database.pool)).toEqual({});
});
afterAll(async () => {
  await Promise.all([first.end(), second.end()]);
  await database.drop();
});

type Act = (sql: Sql) => Promise<unknown>;

/**
 * The second begins while what the first did is not committed, and is committed last. Returns whether it had to wait,
 * and what it was answered.
 */
async function interleave(a: Act, b: Act): Promise<{ waited: boolean; answer: unknown }> {
  await first.query('BEGIN');
  await a(first);
  let isDone = false;
  const answering = b(sendingAgain(second))
    .catch((error: { code?: string }) => error.code)
    .finally(() => {
      isDone = true;
    });
  const waited = await vi.waitFor(async () => {
    if (isDone) return false;
    if (await isWaiting()) return true;
    throw new Error('The second neither ends nor waits');
  });
  await first.query('COMMIT');
  return { waited, answer: await answering };
}

async function isWaiting(): Promise<boolean> {
  const found = await database.pool.query(
    `SELECT FROM pg_stat_activity WHERE pid = $1 AND state = 'active' AND wait_event_type = 'Lock'`,
    [secondPid],
  );
  return found.rowCount === 1;
}

const settings = {
  channel: 'default',
  priority: 0,
  algorithmVersion: '1',
  maxAttempts: 3,
  maxCrashes: 3,
  timeoutMs: null,
};
const enqueueAfter =
  (id: string, when: 'succeeded' | 'finished' = 'succeeded'): Act =>
  async (sql) => {
    const options = { actor: null, notifies: false, settingsOf: () => settings };
    const { runs } = await enqueueRuns(sql, [{ jobName: 'link', after: [id], when }], options);
    return runs[0]?.jobRunId;
  };
/** Of a run that has begun. */
const finishing = async (id: string, status: 'SUCCESS' | 'FAILED' | 'CANCELLED'): Promise<Act> => {
  const leases = await graph.begin(id);
  return (sql) => graph.finish(leases, status, sql);
};
const newest = async () => (await database.pool.query('SELECT max(id) AS id FROM "JobRun"')).rows[0].id;

describe('a run comes to wait for one that ends', () => {
  it.each([
    ['SUCCESS', 'succeeded', 'QUEUED'],
    ['FAILED', 'succeeded', 'CANCELLED'],
    ['FAILED', 'finished', 'QUEUED'],
  ] as const)('the end, %s, comes second and finds who waits until it has %s: %s', async (status, when, state) => {
    const id = await graph.add();
    const { waited } = await interleave(enqueueAfter(id, when), await finishing(id, status));
    expect([waited, await graph.states(await newest())]).toEqual([true, [state]]);
  });

  it.each([
    ['SUCCESS', 'succeeded', 'QUEUED'],
    ['FAILED', 'finished', 'QUEUED'],
  ] as const)('the end, %s, comes first and is seen by who waits until it has %s: %s', async (status, when, state) => {
    const id = await graph.add();
    const { waited, answer } = await interleave(await finishing(id, status), enqueueAfter(id, when));
    expect([waited, await graph.states(String(answer))]).toEqual([true, [state]]);
  });

  it('a failure that comes first refuses who waits for a success', async () => {
    const id = await graph.add();
    const { waited, answer } = await interleave(await finishing(id, 'FAILED'), enqueueAfter(id));
    expect([waited, answer]).toEqual([true, 'NOT_ALLOWED']);
  });

  it('one who waits for a run that is being cancelled along with a chain goes with it', async () => {
    const chain = await graph.addChain(3);
    const [root, , last] = chain as [string, string, string];
    const { waited } = await interleave(enqueueAfter(last), (sql) => cancelRun(sql, root, SYSTEM));
    expect([waited, await graph.states(...chain, await newest())]).toEqual([true, Array(4).fill('CANCELLED')]);
  });

  it('one who comes after a chain was cancelled is refused', async () => {
    const [root, , last] = (await graph.addChain(3)) as [string, string, string];
    const { waited, answer } = await interleave((sql) => cancelRun(sql, root, SYSTEM), enqueueAfter(last));
    expect([waited, answer]).toEqual([true, 'NOT_ALLOWED']);
  });
});

describe('two predecessors end at once', () => {
  it.each([
    ['SUCCESS', 'SUCCESS', 'SUCCEEDED', 'QUEUED'],
    ['SUCCESS', 'FAILED', 'SUCCEEDED', 'CANCELLED'],
    ['FAILED', 'SUCCESS', 'SUCCEEDED', 'CANCELLED'],
    ['FAILED', 'CANCELLED', 'SUCCEEDED', 'CANCELLED'],
    ['FAILED', 'CANCELLED', 'FINISHED', 'QUEUED'],
  ] as const)('%s and %s, for one that waits until they have %s: %s', async (one, other, when, state) => {
    for (const [left, right] of [
      [0, 1],
      [1, 0],
    ] as const) {
      const before = [await graph.add(), await graph.add()] as const;
      const waiting = await graph.add({ after: [...before], when });
      const { waited } = await interleave(await finishing(before[left], one), await finishing(before[right], other));
      expect([waited, await graph.states(waiting)]).toEqual([true, [state]]);
    }
  });

  it.each(['FINISHED', 'SUCCEEDED'] as const)(
    'the last two of a batch, whose callback waits until they have %s',
    async (when) => {
      const batch = await graph.addBatch(3, when);
      const [done, a, b] = batch.runIds as [string, string, string];
      await graph.end('SUCCESS', done);
      const other = when === 'FINISHED' ? 'FAILED' : 'SUCCESS';
      const { waited } = await interleave(await finishing(b, 'SUCCESS'), await finishing(a, other));
      expect([waited, await graph.states(String(batch.callbackId))]).toEqual([true, ['QUEUED']]);
    },
  );
});

describe('a run is cancelled while what it waits for ends', () => {
  it('the end first: it was woken, and is cancelled all the same, with who waits for it', async () => {
    const [root, middle, last] = (await graph.addChain(3)) as [string, string, string];
    const { waited } = await interleave(await finishing(root, 'SUCCESS'), (sql) => cancelRun(sql, middle, SYSTEM));
    expect([waited, await graph.states(root, middle, last)]).toEqual([true, ['SUCCESS', 'CANCELLED', 'CANCELLED']]);
  });

  it('the cancel first: it is not woken', async () => {
    const [root, middle, last] = (await graph.addChain(3)) as [string, string, string];
    const { waited } = await interleave((sql) => cancelRun(sql, middle, SYSTEM), await finishing(root, 'SUCCESS'));
    expect([waited, await graph.states(root, middle, last)]).toEqual([true, ['SUCCESS', 'CANCELLED', 'CANCELLED']]);
  });

  it('a graph, the end first: what was woken is cancelled', async () => {
    const chain = await graph.addChain(3, 'FINISHED');
    const [root, , last] = chain as [string, string, string];
    const { waited } = await interleave(await finishing(root, 'FAILED'), (sql) => cancelGraph(sql, last, SYSTEM));
    expect([waited, await graph.states(...chain)]).toEqual([true, ['FAILED', 'CANCELLED', 'CANCELLED']]);
  });

  it('a graph, the cancel first: its outcome is still the one that its job reports', async () => {
    const chain = await graph.addChain(3, 'FINISHED');
    const [root, , last] = chain as [string, string, string];
    const { waited } = await interleave((sql) => cancelGraph(sql, last, SYSTEM), await finishing(root, 'SUCCESS'));
    expect([waited, await graph.states(...chain)]).toEqual([true, ['SUCCESS', 'CANCELLED', 'CANCELLED']]);
  });

  it.each(['end', 'cancel'])('the callback of a batch, the %s first', async (order) => {
    const batch = await graph.addBatch(1, 'FINISHED');
    const end = await finishing(String(batch.runIds[0]), 'SUCCESS');
    const cancel: Act = (sql) => cancelRun(sql, String(batch.callbackId), SYSTEM);
    const { waited } = order === 'end' ? await interleave(end, cancel) : await interleave(cancel, end);
    expect([waited, await graph.states(String(batch.callbackId))]).toEqual([true, ['CANCELLED']]);
  });

  it.each(['end', 'cancel'])('a batch as a whole, the %s of its last run first', async (order) => {
    const batch = await graph.addBatch(2, 'FINISHED');
    const [running, queued] = batch.runIds as [string, string];
    const end = await finishing(running, 'SUCCESS');
    const cancel: Act = (sql) => cancelBatch(sql, batch.id, SYSTEM);
    const { waited } = order === 'end' ? await interleave(end, cancel) : await interleave(cancel, end);
    expect([waited, await graph.states(running, queued, String(batch.callbackId))]).toEqual([
      true,
      ['SUCCESS', 'CANCELLED', 'QUEUED'],
    ]);
  });
});
