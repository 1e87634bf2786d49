import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Sql } from '../../store/sql.js';
import { createTestDatabase, type TestDatabase } from '../../testing/database.js';
import { TestGraph } from '../../testing/graph.js';
import { untilStatementsWait } from '../../testing/transaction.js';
import { beat, type Lease } from './beat.js';
import { claimDueRuns } from './claim.js';
import { claimById, claimUrgent } from './claim-announced.js';
import { writeProgress } from './progress.js';
import { releaseRuns } from './release.js';

const ANY_LOCK = 4_711;

let database: TestDatabase;
let graph: TestGraph;
/** Sends a statement once, as no pool does. */
let client: pg.Client;
beforeAll(async () => {
  database = await createTestDatabase();
  graph = new TestGraph(database.pool);
  client = new pg.Client(database.url);
  await client.connect();
  // Cheaper than what looks at the run once more, and so evaluated before it.
  await client.query(`CREATE FUNCTION pg_temp.wait_for_lock(bigint) RETURNS boolean LANGUAGE plpgsql COST 1 AS $$
    BEGIN PERFORM pg_advisory_xact_lock_shared(${ANY_LOCK}); RETURN true; END $$`);
});
afterAll(async () => {
  await client.end();
  await database.drop();
});
beforeEach(() => database.pool.query('DELETE FROM "JobRun"'));

/** Has a statement wait in the middle: where it has found the run, and has not locked it yet. */
const heldUp = (): Sql => {
  const query = ({ name, text, values }: pg.QueryConfig) => {
    const waiting = text.replace(
      /\s+((?:ORDER BY [\w\s.",]+)?(?:LIMIT \S+\s+)?FOR UPDATE (?:OF j )?SKIP LOCKED)/,
      ' AND pg_temp.wait_for_lock(j.id) $1',
    );
    return client.query({ name, text: waiting, values });
  };
  return { query } as unknown as Sql;
};

const request = { runnerId: randomUUID(), jobNames: ['link'], most: 1 };
const lane = { channels: ['default'], priority: 1 };
const pulse = (lease: Lease) => ({
  ...{ runnerId: randomUUID(), leases: [lease], loopLagMs: 0, lastClaimAgoMs: null, lastProgressAgoMs: null },
});

/** What passes by runs that others have, and who has the run before it ends. */
const statements: [name: string, holder: 'none' | 'runner', send: (sql: Sql, run: Lease) => Promise<unknown>][] = [
  ['claim', 'none', (sql) => claimDueRuns(sql, request)],
  ['claim of one run', 'none', (sql, { id }) => claimById(sql, id, request)],
  ['claim of urgent runs', 'none', (sql) => claimUrgent(sql, lane, request)],
  ['beat', 'runner', (sql, lease) => beat(sql, pulse(lease))],
  ['progress', 'runner', (sql, lease) => writeProgress(sql, [{ ...lease, percent: 1, message: null, steps: null }])],
];

it.each(statements)('%s passes by a run that ended since the statement began', async (_name, holder, send) => {
  const id = await graph.add();
  const begun = holder === 'runner' ? await graph.begin(id) : [];
  await expectNoWrite(
    (sql) => send(sql, begun[0] ?? { id, leaseToken: '' }),
    async () => graph.finish(holder === 'runner' ? begun : await graph.begin(id), 'SUCCESS'),
  );
});

const byHolders = statements.filter(([, holder]) => holder === 'runner');

it.each(byHolders)('%s passes by a run with a new lease since the statement began', async (_name, _holder, send) => {
  const id = await graph.add();
  const begun = await graph.begin(id);
  await expectNoWrite(
    (sql) => Promise.all(begun.map((lease) => send(sql, lease))),
    async () => {
      await releaseRuns(database.pool, begun);
      await graph.begin(id);
    },
  );
});

/** That a statement writes to no run where others have changed them in the middle of it. */
async function expectNoWrite(send: (sql: Sql) => Promise<unknown>, change: () => Promise<void>): Promise<void> {
  const locker = await database.pool.connect();
  await locker.query('SELECT pg_advisory_lock($1)', [ANY_LOCK]);
  try {
    const sent = send(heldUp());
    // What fails before it waits is reported below.
    sent.catch(() => {});
    await untilStatementsWait(database.pool);
    await change();
    const changed = await rowsOf();
    await locker.query('SELECT pg_advisory_unlock($1)', [ANY_LOCK]);
    await sent;
    expect(await rowsOf()).toEqual(changed);
  } finally {
    locker.release(true);
  }
}

const rowsOf = async () => (await database.pool.query('SELECT * FROM "JobRun"')).rows;

it('what looks once more reads the partition of active runs alone', async () => {
  await client.query('BEGIN');
  await client.query(`SELECT job_manager_is_still('QUEUED', 1)`);
  // The partitions that a statement reads are locked until its transaction ends.
  const { rows } = await client.query(
    `SELECT relname AS name FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
     WHERE l.pid = pg_backend_pid() AND c.relispartition AND c.relkind = 'r'`,
  );
  await client.query('ROLLBACK');
  expect(rows).toEqual([{ name: 'JobRun_active' }]);
});
