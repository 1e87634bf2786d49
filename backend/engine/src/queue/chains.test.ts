import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readViolations } from '../store/violations.js';
import { createTestDatabase, type TestDatabase } from '../testing/database.js';
import { outcomeOf, TestGraph } from '../testing/graph.js';
import { size } from '../testing/size.js';
import { notMeasured } from './meter.js';
import { SYSTEM } from './system-actor.js';
import type { Lease } from './transitions/beat.js';
import { cancelGraph, cancelRun } from './transitions/cancel.js';
import { endExternalRun } from './transitions/external.js';
import { emergencyFailRuns, forceFailRun } from './transitions/force-fail.js';
import { recoverRunsOf, recoverStalledRuns } from './transitions/recover.js';
import { releaseRuns } from './transitions/release.js';
import { retryRuns } from './transitions/retry.js';
import { timeOutOverdueRuns } from './transitions/time-out.js';

/** Runs one behind the other, and beside each other. */
const CHAIN = size(400, 2_000);
const FAN = size(1_000, 5_000);

let database: TestDatabase;
let graph: TestGraph;
beforeAll(async () => {
  database = await createTestDatabase();
  graph = new TestGraph(database.pool);
});
afterEach(async () => {
  expect(await readViolations(database.pool)).toEqual({});
});
afterAll(() => database.drop());

const rows = async (sql: string, ...values: unknown[]) => (await database.pool.query(sql, values)).rows;
const notesOf = async (id: string) =>
  (await rows('SELECT level, message FROM "JobRunMessage" WHERE "runId" = $1 ORDER BY seq', id)).map(
    ({ level, message }) => `${level} ${message}`,
  );

describe('a run that waits for others', () => {
  it('begins when all have succeeded', async () => {
    const [a, b] = [await graph.add(), await graph.add()];
    const last = await graph.add({ after: [a, b] });
    await expect(graph.begin(last)).rejects.toThrow('could begin');
    await graph.end('SUCCESS', a);
    expect(await graph.states(last)).toEqual(['BLOCKED']);
    await graph.end('SUCCESS', b);
    expect(await graph.states(last)).toEqual(['QUEUED']);
    await graph.end('SUCCESS', last);
  });

  it.each(['FAILED', 'CANCELLED'] as const)('is cancelled with a word when one of them is %s', async (status) => {
    const [a, b] = [await graph.add(), await graph.add()];
    const last = await graph.add({ after: [a, b] });
    await graph.end(status, a);
    const [run] = await graph.read(last);
    expect(run).toMatchObject({
      status: 'CANCELLED',
      isBlocked: false,
      error: `Run #${a}, which it waits for, ended as ${status}`,
    });
    expect(await notesOf(last)).toEqual([`WARN Cancelled: Run #${a}, which it waits for, ended as ${status}`]);
    await graph.end('SUCCESS', b);
  });

  it('begins whatever became of them where it waits for their end only', async () => {
    const [a, b, c] = [await graph.add(), await graph.add(), await graph.add()];
    const last = await graph.add({ after: [a, b, c], when: 'FINISHED' });
    await graph.end('FAILED', a);
    await graph.end('SUCCESS', b);
    expect(await graph.states(last)).toEqual(['BLOCKED']);
    await cancelRun(database.pool, c, SYSTEM);
    expect(await graph.states(last)).toEqual(['QUEUED']);
    await graph.end('SUCCESS', last);
  });

  it('gets its place in line when it is woken, and no earlier than its time', async () => {
    const [a, b] = [await graph.add(), await graph.add()];
    const [soon, later] = [await graph.add({ after: [a] }), await graph.add({ after: [b] })];
    await rows(`UPDATE "JobRun" SET "runAt" = "runAt" - interval '1 hour' WHERE id = $1`, soon);
    await rows(`UPDATE "JobRun" SET "runAt" = "runAt" + interval '1 hour' WHERE id = $1`, later);
    await graph.end('SUCCESS', a, b);
    const [age] = await rows(
      `SELECT (SELECT clock_timestamp() - "runAt" < interval '5 s' FROM "JobRun" WHERE id = $1) AS now,
         (SELECT "runAt" > clock_timestamp() + interval '50 min' FROM "JobRun" WHERE id = $2) AS later`,
      soon,
      later,
    );
    expect(age).toEqual({ now: true, later: true });
    await cancelRun(database.pool, soon, SYSTEM);
    await cancelRun(database.pool, later, SYSTEM);
  });

  it('is not woken when its predecessor only tries again', async () => {
    const first = await graph.add({ maxAttempts: 2 });
    const then = await graph.add({ after: [first] });
    await graph.begin(first);
    await rows(
      `UPDATE "JobRun" SET "lastHeartbeatAt" = clock_timestamp() - interval '10 minutes' WHERE id = $1`,
      first,
    );
    await recoverStalledRuns(database.pool, 300_000, SYSTEM);
    expect(await graph.states(first, then)).toEqual(['QUEUED', 'BLOCKED']);
    await graph.end('SUCCESS', first);
    expect(await graph.states(then)).toEqual(['QUEUED']);
    await graph.end('SUCCESS', then);
  });

  it('is cancelled with all that wait for its success, and wakes those that wait for its end', async () => {
    const first = await graph.add();
    const second = await graph.add({ after: [first] });
    const third = await graph.add({ after: [second] });
    const cleanUp = await graph.add({ after: [third, second], when: 'FINISHED' });
    const report = await graph.add({ after: [cleanUp] });
    await cancelRun(database.pool, first, SYSTEM);
    expect(await graph.states(second, third, cleanUp, report)).toEqual(['CANCELLED', 'CANCELLED', 'QUEUED', 'BLOCKED']);
    expect((await graph.read(third))[0]?.error).toBe(`Run #${second}, which it waits for, ended as CANCELLED`);
    await graph.end('SUCCESS', cleanUp);
    await graph.end('SUCCESS', report);
  });
});

describe('every way in which a run ends without success', () => {
  const sql = () => database.pool;
  const change = (id: string, set: string) => rows(`UPDATE "JobRun" SET ${set} WHERE id = $1`, id);
  const stalled = `"lastHeartbeatAt" = clock_timestamp() - interval '10 minutes'`;
  const failure = {
    isTimeOut: false,
    isCrash: false,
    isWorthRepeating: true,
    delayMs: 0,
    claimNo: 1,
    error: 'It broke',
  };

  const ends: Record<string, (lease: Lease) => Promise<unknown>> = {
    'a failed last attempt': async (lease) => {
      await change(lease.id, '"maxAttempts" = 1');
      await retryRuns(sql(), [{ ...outcomeOf(lease, 'FAILED'), ...failure, usage: notMeasured }]);
    },
    'a timeout that was not enforced': async ({ id }) => {
      await change(id, `"maxAttempts" = 1, "timeoutMs" = 1000, "startedAt" = "startedAt" - interval '1 hour'`);
      await timeOutOverdueRuns(sql(), 0, SYSTEM);
    },
    'force-fail': async ({ id }) => {
      await cancelRun(sql(), id, SYSTEM);
      await forceFailRun(sql(), { runId: id, reason: null, graceMs: 0 }, SYSTEM);
    },
    'emergency cleanup': () =>
      emergencyFailRuns(sql(), { startedBefore: new Date(Date.now() + 60_000), reason: null }, SYSTEM),
    'the word of an external program': async (lease) => {
      await change(lease.id, '"inactivityTimeoutMs" = 60000');
      const nothing = { errorStack: null, metadata: null, metadataTruncated: false, steps: null, rev: null };
      await endExternalRun(sql(), lease, { status: 'FAILED', error: 'It broke', ...nothing }, SYSTEM);
    },
    'a lost runner': async ({ id }) => {
      await change(id, `"maxAttempts" = 1, ${stalled}`);
      await recoverStalledRuns(sql(), 300_000, SYSTEM);
    },
    'a dead runner, after a cancel': async ({ id }) => {
      await cancelRun(sql(), id, SYSTEM);
      const [run] = await rows('SELECT "runnerId" FROM "JobRun" WHERE id = $1', id);
      await recoverRunsOf(sql(), run?.runnerId, SYSTEM);
    },
    'being released, after a cancel': async (lease) => {
      await cancelRun(sql(), lease.id, SYSTEM);
      await releaseRuns(sql(), [lease]);
    },
  };

  it.each(Object.entries(ends))('unblocks or cancels the runs that wait: %s', async (_, end) => {
    const batch = await graph.addBatch(1, 'FINISHED');
    const [id] = batch.runIds as [string];
    const [good, any] = [await graph.add({ after: [id] }), await graph.add({ after: [id], when: 'FINISHED' })];
    const [lease] = await graph.begin(id);
    await end(lease as Lease);
    expect(await graph.states(good, any, String(batch.callbackId))).toEqual(['CANCELLED', 'QUEUED', 'QUEUED']);
    await graph.end('SUCCESS', any, String(batch.callbackId));
  });
});

it('leaves runs alone that wait for the first try when it is run again', async () => {
  const failed = await graph.add();
  await graph.end('FAILED', failed);
  const again = await graph.add();
  await rows('UPDATE "JobRun" SET "rerunOfId" = $2 WHERE id = $1', again, failed);
  const waiting = await graph.add({ after: [again] });
  await graph.end('SUCCESS', again);
  expect(await graph.states(failed, waiting)).toEqual(['FAILED', 'QUEUED']);
  await graph.end('SUCCESS', waiting);
});

describe('cancelling a graph', () => {
  it('cancels queued runs, requests running ones to stop, and leaves ended and unconnected ones', async () => {
    const [done, running, root] = [await graph.add(), await graph.add(), await graph.add()];
    await graph.end('SUCCESS', done);
    const left = await graph.add({ after: [done, running], when: 'FINISHED' });
    const middle = await graph.add({ after: [running, root], when: 'FINISHED' });
    const last = await graph.add({ after: [middle], when: 'FINISHED' });
    const apart = await graph.add({ after: [done] });
    const [lease] = await graph.begin(running);
    const { run, cancelled, requested } = await cancelGraph(database.pool, last, SYSTEM);
    expect([run.id, run.status, cancelled, requested]).toEqual([last, 'CANCELLED', 4, [running]]);
    expect(await graph.states(done, running, root, left, middle, last, apart)).toEqual([
      ...['SUCCESS', 'STOPPING', 'CANCELLED', 'CANCELLED', 'CANCELLED', 'CANCELLED', 'QUEUED'],
    ]);
    expect(await notesOf(root)).toEqual([`INFO Cancelled while queued, by the system, with the graph of run #${last}`]);
    expect(await notesOf(last)).toEqual(['INFO Cancelled while queued, by the system']);
    expect(
      await rows(`SELECT "runId", details FROM "AuditEvent" WHERE action = 'run.cancel' ORDER BY id DESC LIMIT 1`),
    ).toEqual([{ runId: last, details: { graph: true, cancelled: 4, requested: 1 } }]);
    expect(await cancelGraph(database.pool, last, SYSTEM)).toMatchObject({ isNew: false });
    await graph.finish([lease as Lease], 'CANCELLED');
    await graph.end('SUCCESS', apart);
  });

  it('is refused for a run that has ended or was never there, like any cancel', async () => {
    const ended = await graph.add();
    const waiting = await graph.add({ after: [ended, await graph.add()] });
    await graph.end('SUCCESS', ended);
    await expect(cancelGraph(database.pool, ended, SYSTEM)).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
    await expect(cancelGraph(database.pool, '999999999', SYSTEM)).rejects.toMatchObject({ code: 'UNKNOWN_RUN' });
    expect(await graph.states(waiting)).toEqual(['BLOCKED']);
    await cancelGraph(database.pool, waiting, SYSTEM);
  });

  it('takes a long chain from its middle', async () => {
    const chain = await graph.addChain(CHAIN, 'FINISHED');
    expect(await cancelGraph(database.pool, String(chain[CHAIN / 2]), SYSTEM)).toMatchObject({
      cancelled: CHAIN,
      requested: [],
    });
  });
});

describe('size', () => {
  it('cancels a long chain at its root', async () => {
    const chain = await graph.addChain(CHAIN);
    await cancelRun(database.pool, String(chain[0]), SYSTEM);
    expect(new Set(await graph.states(...chain))).toEqual(new Set(['CANCELLED']));
  });

  it('wakes all that wait for one, and cancels all that wait for another', async () => {
    const [good, bad] = [await graph.add(), await graph.add()];
    const [woken, cancelled] = [await graph.addFan(good, FAN), await graph.addFan(bad, FAN)];
    await graph.end('SUCCESS', good);
    await graph.end('FAILED', bad);
    expect(new Set(await graph.states(...woken))).toEqual(new Set(['QUEUED']));
    expect(new Set(await graph.states(...cancelled))).toEqual(new Set(['CANCELLED']));
    await rows(`DELETE FROM "JobRun" WHERE id = ANY($1)`, woken);
  });
});
