import type { UniqueKey } from '@job-manager/client/request';
import type { Sql } from '@job-manager/client/sql';
import type { UniqueScope } from '@job-manager/shared/enqueue';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { createPool } from '../../database/client.js';
import type { RunRow } from '../../store/run-row.js';
import { TestEngine } from '../../testing/engine.js';
import { TestGraph } from '../../testing/graph.js';
import { size } from '../../testing/size.js';
import { inTransaction, untilStatementsWait } from '../../testing/transaction.js';
import { defineJob } from '../job.js';
import { SYSTEM } from '../system-actor.js';
import { cancelRun } from './cancel.js';
import { type ClaimedRun, claimDueRuns } from './claim.js';
import { recoverStalledRuns } from './recover.js';

/** Runs that are executing now, and the most there ever were at once. */
let active = 0;
let maxActive = 0;
const order: number[] = [];

const note = defineJob({
  name: 'note',
  description: 'Returns its number',
  examples: ['note'],
  algorithmVersion: '1',
  parameters: z.object({ n: z.number().default(0) }),
  run: async (ctx, { n }) => {
    maxActive = Math.max(maxActive, ++active);
    order.push(n);
    await ctx.pause(2);
    active--;
  },
});

const KEY = 'k';
const PERIOD_MS = 60_000;
const scopes: UniqueScope[] = ['queued', 'running', 'period'];

/** Concurrent calls. */
const CROWD = size(16, 100);

let engine: TestEngine;
let crowd: pg.Pool;
beforeAll(async () => {
  engine = await TestEngine.create([note]);
  crowd = createPool(engine.database.url, { max: size(8, 15) });
});
afterAll(async () => {
  await crowd.end();
  await engine.close();
});
afterEach(async () => {
  const violations = await engine.violations();
  await engine.database.pool.query(
    'DELETE FROM "JobRun"; DELETE FROM "JobRunMessage"; DELETE FROM "JobRunAttempt"; DELETE FROM "JobRunCount"',
  );
  expect(violations).toEqual({});
});

const unique = (scope: UniqueScope, onConflict: UniqueKey['onConflict']): UniqueKey => ({
  key: KEY,
  scope,
  onConflict,
  ...(scope === 'period' && { periodMs: PERIOD_MS }),
});
const enqueue = (scope: UniqueScope, onConflict: UniqueKey['onConflict'], n = 0, sql?: Sql) =>
  engine.queue.enqueue(
    { jobName: 'note', parameters: { n }, trigger: 'EVENT', unique: unique(scope, onConflict) },
    SYSTEM,
    { sql },
  );
const runs = async () => (await engine.database.pool.query<RunRow>('SELECT * FROM "JobRun" ORDER BY id')).rows;
const claim = async (sql: Parameters<typeof claimDueRuns>[0] = engine.database.pool) =>
  claimDueRuns(sql, { runnerId: crypto.randomUUID(), jobNames: ['note'], most: 1 });
/** Another run with a key, inserted by hand. */
const TWIN = `INSERT INTO "JobRun" ("jobName", "uniqueKey", "uniqueScope", "uniqueUntil")
  VALUES ('note', $1, $2::"UniqueScope", CASE $2 WHEN 'PERIOD' THEN clock_timestamp() + interval '1 hour' END)`;
/** As time does it: no trigger sees it. */
const makePeriodOver = () =>
  engine.database.pool.query(
    `BEGIN; SET LOCAL session_replication_role = replica;
     UPDATE "JobRun" SET "uniqueUntil" = clock_timestamp() - interval '1 s' WHERE "uniqueUntil" IS NOT NULL;
     UPDATE "JobRunKey" SET until = clock_timestamp() - interval '1 s' WHERE until IS NOT NULL; COMMIT`,
  );

describe.each(scopes)('a key with the scope %s', (scope) => {
  it('has one run, however many calls there are at once', async () => {
    const answers = await Promise.all(Array.from({ length: CROWD }, () => enqueue(scope, 'existing', 0, crowd)));
    expect(await runs()).toHaveLength(1);
    expect(new Set(answers.map(({ run }) => run.id)).size).toBe(1);
    expect(answers.filter(({ isNew }) => isNew)).toHaveLength(1);
  });

  it('is refused to all calls but one, with the id of that one', async () => {
    const answers = await Promise.allSettled(Array.from({ length: CROWD }, () => enqueue(scope, 'refuse')));
    const [holder] = await runs();
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const answer of answers) {
      if (answer.status === 'rejected') {
        expect(answer.reason).toMatchObject({ code: 'DUPLICATE', message: `Run #${holder?.id} has the key "k".` });
      }
    }
  });

  it('is taken by one that is not committed yet, and free when that is rolled back', async () => {
    const { pool } = engine.database;
    for (const end of ['COMMIT', 'ROLLBACK']) {
      const [first, second] = await inTransaction(pool, async (sql) => {
        const theirs = await enqueue(scope, 'existing', 1, sql);
        const ours = enqueue(scope, 'existing', 2);
        await untilStatementsWait(pool);
        await sql.query(end);
        return [theirs, await ours] as const;
      });
      expect(second.isNew).toBe(end === 'ROLLBACK');
      expect(second.run.id === first.run.id).toBe(end === 'COMMIT');
      await pool.query('DELETE FROM "JobRun"');
    }
  });

  it('would have two runs without the row of the key', async () => {
    const { pool } = engine.database;
    await enqueue(scope, 'existing');
    await expect(pool.query(TWIN, [KEY, scope.toUpperCase()])).rejects.toMatchObject({ code: '23505' });
    await pool.query('DELETE FROM "JobRunKey"');
    const { isNew } = await enqueue(scope, 'existing');
    await pool.query('DELETE FROM "JobRun"');
    expect(isNew).toBe(true);
  });

  it('is one key per job', async () => {
    await enqueue(scope, 'refuse');
    await engine.database.pool.query(`UPDATE "JobRun" SET "jobName" = 'other'`);
    expect((await enqueue(scope, 'refuse')).isNew).toBe(true);
  });

  it('gives the queued run what the last of many wanted', async () => {
    const first = await enqueue(scope, 'replace', 1);
    const second = await enqueue(scope, 'replace', 2);
    expect(second).toMatchObject({ isNew: false, run: { id: first.run.id, parameters: { n: 2 }, messageCount: 1 } });
    await Promise.all(Array.from({ length: CROWD }, (_, n) => enqueue(scope, 'replace', n, crowd)));
    expect(await runs()).toHaveLength(1);
    await enqueue(scope, 'replace', 77);
    expect((await runs())[0]).toMatchObject({ parameters: { n: 77 }, messageCount: CROWD + 2 });
  });

  it('has one run when many replace at once what is not there yet', async () => {
    await Promise.all(Array.from({ length: CROWD }, (_, n) => enqueue(scope, 'replace', n)));
    expect(await runs()).toHaveLength(1);
  });
});

describe('a key that is taken until the claim', () => {
  it('is free from then on, and its run may come back to the queue', async () => {
    const first = await enqueue('queued', 'refuse');
    expect(await claim()).toHaveLength(1);
    const second = await enqueue('queued', 'refuse');
    expect(second.isNew).toBe(true);
    await engine.stall(first.run.id);
    await recoverStalledRuns(engine.database.pool, 300_000, SYSTEM);
    expect(await runs()).toMatchObject([
      { status: 'QUEUED', claimNo: 1 },
      { status: 'QUEUED', claimNo: 0 },
    ]);
  });

  it('lets a replacement begin beside the run that was claimed', async () => {
    await enqueue('queued', 'replace', 1);
    await claim();
    expect(await enqueue('queued', 'replace', 2)).toMatchObject({ isNew: true, run: { isBlocked: false } });
  });
});

describe('a key that is taken until the end', () => {
  it('stays taken while the run is recovered and retried', async () => {
    const { run } = await enqueue('running', 'refuse');
    await claim();
    await engine.stall(run.id);
    await recoverStalledRuns(engine.database.pool, 300_000, SYSTEM);
    await expect(enqueue('running', 'refuse')).rejects.toMatchObject({ code: 'DUPLICATE' });
    await cancelRun(engine.database.pool, run.id, SYSTEM);
    expect((await enqueue('running', 'refuse')).isNew).toBe(true);
  });

  it('has one run waiting behind the one that has begun, whatever many want to replace', async () => {
    const first = await enqueue('running', 'replace', 1);
    await claim();
    await Promise.all(Array.from({ length: CROWD }, (_, n) => enqueue('running', 'replace', n, crowd)));
    await enqueue('running', 'replace', 77);
    expect(await runs()).toMatchObject([
      { id: first.run.id, status: 'RUNNING', parameters: { n: 1 } },
      { isBlocked: true, uniqueScope: 'BEHIND', dependsOn: [first.run.id], parameters: { n: 77 } },
    ]);
  });

  it('has a replacement wait behind a run that was claimed in the meantime', async () => {
    const first = await enqueue('running', 'replace', 1);
    const { pool } = engine.database;
    const replaced = await inTransaction(pool, async (claiming) => {
      await claim(claiming);
      const enqueued = enqueue('running', 'replace', 2);
      await untilStatementsWait(pool);
      await claiming.query('COMMIT');
      return enqueued;
    });
    expect(replaced).toMatchObject({ isNew: true, run: { isBlocked: true } });
    expect((await engine.run(first.run.id)).parameters).toEqual({ n: 1 });
  });

  it('is not given to others while a run waits behind it', async () => {
    const first = await enqueue('running', 'refuse');
    const second = await enqueue('running', 'after');
    await cancelRun(engine.database.pool, first.run.id, SYSTEM);
    expect((await engine.run(second.run.id)).isBlocked).toBe(false);
    expect(await enqueue('running', 'existing')).toMatchObject({ isNew: false, run: { id: second.run.id } });
    await expect(enqueue('running', 'refuse')).rejects.toThrow(`Run #${second.run.id} has the key`);
  });
});

it('is not kept for a run that was refused for its other key', async () => {
  const { run } = await enqueue('running', 'refuse');
  const both = {
    jobName: 'note',
    trigger: 'EVENT',
    idempotencyKey: 'once',
    unique: unique('running', 'refuse'),
  } as const;
  await expect(engine.queue.enqueue(both, SYSTEM)).rejects.toMatchObject({ code: 'DUPLICATE' });
  await cancelRun(engine.database.pool, run.id, SYSTEM);
  expect(await engine.queue.enqueue(both, SYSTEM)).toMatchObject({ isNew: true });
});

it('of a period that is over is free, and held by no run of before', async () => {
  await enqueue('period', 'existing');
  await makePeriodOver();
  expect(await enqueue('period', 'refuse')).toMatchObject({ isNew: true });
  await makePeriodOver();
  await engine.database.pool.query(TWIN, [KEY, 'PERIOD']);
  await expect(enqueue('period', 'refuse')).rejects.toMatchObject({ code: 'DUPLICATE' });
});

describe('a key that is taken for a time', () => {
  it('stays taken when its run has ended, and is free when the time is over', async () => {
    const { run } = await enqueue('period', 'refuse');
    expect(run.uniqueUntil?.getTime()).toBe(run.queuedAt.getTime() + PERIOD_MS);
    await cancelRun(engine.database.pool, run.id, SYSTEM);
    await expect(enqueue('period', 'refuse')).rejects.toMatchObject({ code: 'DUPLICATE' });
    await makePeriodOver();
    expect((await enqueue('period', 'refuse')).isNew).toBe(true);
  });

  it('goes to one of many when the time is over', async () => {
    await enqueue('period', 'existing');
    await makePeriodOver();
    const answers = await Promise.all(Array.from({ length: 30 }, () => enqueue('period', 'existing')));
    expect(answers.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect(await runs()).toHaveLength(2);
  });

  it('is taken for that time again by a replacement', async () => {
    const first = await enqueue('period', 'replace');
    const second = await enqueue('period', 'replace');
    expect(second.run.uniqueUntil?.getTime()).toBeGreaterThan(Number(first.run.uniqueUntil?.getTime()));
  });

  it('has those who come after wait until it is over', async () => {
    const first = await enqueue('period', 'refuse');
    await cancelRun(engine.database.pool, first.run.id, SYSTEM);
    const second = await enqueue('period', 'after');
    expect(second.run).toMatchObject({ isBlocked: false, uniqueScope: 'BEHIND', runAt: first.run.uniqueUntil });
    const third = await enqueue('period', 'after');
    expect(third.run).toMatchObject({ isBlocked: true, dependsOn: [{ jobRunId: second.run.id }] });
  });
});

describe('runs that wait behind others of their key', () => {
  it('form one line when twenty join at once, and are executed one after another', async () => {
    active = maxActive = 0;
    order.length = 0;
    await Promise.all(Array.from({ length: 20 }, (_, n) => enqueue('running', 'after', n, crowd)));
    const line = await runs();
    expect(line.map(({ dependsOn }) => dependsOn)).toEqual([null, ...line.slice(0, -1).map(({ id }) => [id])]);
    const runner = engine.runner({ pollMs: 5 });
    await runner.start();
    await vi.waitFor(async () => expect((await runs()).every(({ status }) => status === 'SUCCESS')).toBe(true));
    await runner.stop();
    expect(maxActive).toBe(1);
    expect(order).toEqual(line.map(({ parameters }) => parameters.n));
  });

  it('are added to the line while it is being executed', async () => {
    active = maxActive = 0;
    const runner = engine.runner({ pollMs: 5 });
    await runner.start();
    for (let n = 0; n < size(15, 60); n++)
      await Promise.all([enqueue('running', 'after', n), enqueue('running', 'existing', n)]);
    await vi.waitFor(async () => expect((await runs()).every(({ status }) => status === 'SUCCESS')).toBe(true));
    await runner.stop();
    expect(maxActive).toBe(1);
  });

  it('are not overtaken by one that has read the key before they came', async () => {
    await enqueue('running', 'existing');
    const [held] = await claim();
    const other = await engine.queue.enqueue({ jobName: 'note', trigger: 'EVENT', delayMs: 3_600_000 }, SYSTEM);
    const { pool } = engine.database;
    const request = {
      jobName: 'note',
      trigger: 'EVENT',
      unique: unique('running', 'existing'),
      after: [other.run.id],
      when: 'finished',
    } as const;
    await inTransaction(pool, async (sql) => {
      await sql.query('SELECT FROM "JobRun" WHERE id = $1 FOR UPDATE', [other.run.id]);
      // It waits for the lock of the run it is to wait for, when others come and go.
      const overtaking = engine.queue.enqueue(request, SYSTEM);
      await untilStatementsWait(pool);
      const behind = enqueue('running', 'after');
      await Promise.race([behind, untilStatementsWait(pool, 2)]);
      await new TestGraph(pool).finish([held as ClaimedRun], 'SUCCESS');
      await sql.query('COMMIT');
      await Promise.all([overtaking, behind]);
    });
    await cancelRun(engine.database.pool, other.run.id, SYSTEM);
    expect((await runs()).filter(({ status, isBlocked }) => status === 'QUEUED' && !isBlocked)).toHaveLength(1);
  });

  it('wait for the end of the one before, whatever became of it', async () => {
    const first = await enqueue('running', 'after');
    const second = await enqueue('running', 'after');
    expect(second.run.waitsFor).toBe('FINISHED');
    await cancelRun(engine.database.pool, first.run.id, SYSTEM);
    expect(await engine.run(second.run.id)).toMatchObject({ status: 'QUEUED', isBlocked: false });
  });
});

it('answers an idempotency key before it reads the key of the run', async () => {
  const request = {
    jobName: 'note',
    trigger: 'EVENT',
    idempotencyKey: '1:a',
    unique: unique('running', 'refuse'),
  } as const;
  const first = await engine.queue.enqueue(request, SYSTEM);
  expect(await engine.queue.enqueue(request, SYSTEM)).toMatchObject({ isNew: false, run: { id: first.run.id } });
});

it('writes down who replaced what', async () => {
  const { run } = await enqueue('running', 'replace', 1);
  const person = { userId: null, email: 'ada@example.com', ip: null, userAgent: null, tokenId: null };
  await engine.queue.enqueue(
    {
      jobName: 'note',
      parameters: { n: 2 },
      trigger: 'API',
      priority: 9,
      delayMs: 5_000,
      unique: unique('running', 'replace'),
    },
    person,
  );
  const replaced = await engine.run(run.id);
  expect(replaced).toMatchObject({ priority: 9, uniqueScope: 'RUNNING' });
  expect(replaced.runAt.getTime()).toBeGreaterThan(run.runAt.getTime() + 4_000);
  const { rows } = await engine.database.pool.query(
    `SELECT "actorEmail", action, "runId" FROM "AuditEvent" WHERE "runId" = $1 ORDER BY id`,
    [run.id],
  );
  expect(rows).toMatchObject([{ action: 'run.enqueue' }, { action: 'run.replace', actorEmail: 'ada@example.com' }]);
  const messages = await engine.database.pool.query('SELECT message FROM "JobRunMessage" WHERE "runId" = $1', [run.id]);
  expect(messages.rows).toEqual([{ message: 'Given new parameters by ada@example.com with the same key' }]);
});

it('begins at the latest when its bound is reached, however often it is replaced', async () => {
  const replacing = async (more: Partial<UniqueKey>, delayMs = 60_000) => {
    const wanted = { ...unique('running', 'replace'), ...more };
    return (
      await engine.queue.enqueue({ jobName: 'note', parameters: {}, trigger: 'EVENT', delayMs, unique: wanted }, SYSTEM)
    ).run;
  };
  const afterMs = ({ runAt, queuedAt }: { runAt: Date; queuedAt: Date }) => runAt.getTime() - queuedAt.getTime();
  expect(afterMs(await replacing({ maxWaitMs: 90_000 }))).toBe(60_000);
  expect(afterMs(await replacing({ maxWaitMs: 90_000 }, 3_600_000))).toBe(90_000);
  expect(afterMs(await replacing({}, 3_600_000))).toBeGreaterThanOrEqual(3_600_000);
  expect(afterMs(await replacing({ maxWaitMs: 0 }))).toBeLessThan(60_000);
  expect(afterMs(await replacing({ key: 'other', maxWaitMs: 5_000 }))).toBe(5_000);
  expect(afterMs(await replacing({ key: 'at once', maxWaitMs: 5_000 }, 0))).toBe(0);
});
