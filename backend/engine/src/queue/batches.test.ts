import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { readBatch, readBatchRuns } from '../store/batches.js';
import { removeEmptyBatches } from '../store/maintenance.js';
import { TestEngine } from '../testing/engine.js';
import { TestGraph } from '../testing/graph.js';
import { size } from '../testing/size.js';
import type { BatchRun } from './batches/references.js';
import { defineJob } from './job.js';
import { SYSTEM } from './system-actor.js';
import { cancelRun } from './transitions/cancel.js';
import { pruneRuns } from './transitions/prune.js';

/** Returns its number, or fails. */
const give = defineJob({
  name: 'give',
  description: 'Gives a number',
  examples: ['give --n=1'],
  algorithmVersion: '1',
  parameters: z.strictObject({ n: z.number(), fails: z.boolean().optional() }),
  maxAttempts: 1,
  run: async (_, { n, fails }) => {
    if (fails) throw new Error('Nothing to give');
    return { n };
  },
});

/** Keeps what it was given by those before it. */
const collect = defineJob({
  name: 'collect',
  description: 'Collects what was given',
  examples: ['collect'],
  algorithmVersion: '1',
  parameters: z.strictObject({}),
  run: async (ctx) => ({ given: await ctx.upstream() }),
});

let engine: TestEngine;
let graph: TestGraph;
beforeAll(async () => {
  engine = await TestEngine.create([give, collect]);
  graph = new TestGraph(engine.database.pool);
});
afterEach(async () => {
  expect(await engine.violations()).toEqual({});
});
afterAll(() => engine.close());

const rows = async (sql: string, ...values: unknown[]) => (await engine.database.pool.query(sql, values)).rows;
const enqueueBatch = (runs: BatchRun[], callback?: { jobName: string; when?: 'succeeded' | 'finished' }) =>
  engine.queue.enqueueBatch({ name: 'Numbers', runs, callback, trigger: 'API' }, SYSTEM);
const giving = (n: number, more: Partial<BatchRun> = {}): BatchRun => ({ jobName: 'give', parameters: { n }, ...more });
const count = async (table: string) => (await rows(`SELECT count(*)::int AS n FROM "${table}"`))[0]?.n;
const callbackOf = async (batchId: string) => String((await readBatch(engine.database.pool, batchId))?.callbackRunId);

describe('a batch', () => {
  it('runs its runs in the order they wait for, passes results on, and calls back at the end', async () => {
    const { batchId, jobRunIds } = await enqueueBatch(
      [
        { jobName: 'collect', ref: 'sum', after: ['b', 'a'] },
        giving(1, { ref: 'a' }),
        giving(2, { ref: 'b', after: ['a'] }),
      ],
      { jobName: 'collect' },
    );
    const [sum, a, b] = jobRunIds as [string, string, string];
    const runner = engine.runner();
    await runner.start();
    const callback = await engine.until(await callbackOf(batchId), 'SUCCESS');
    await runner.stop();
    const of = (runId: string, n: number) => ({
      runId,
      jobName: 'give',
      status: 'SUCCESS',
      result: { n },
      resultTruncated: false,
    });
    expect((await engine.run(sum)).metadata).toEqual({ given: [of(b, 2), of(a, 1)] });
    const { given } = callback.metadata as { given: { runId: string }[] };
    expect(given.map(({ runId }) => runId)).toEqual([sum, a, b]);
    expect(given[1]).toEqual(of(a, 1));
    const batch = await readBatch(engine.database.pool, batchId);
    expect(batch).toMatchObject({ name: 'Numbers', total: 3, success: 3, failed: 0, finishedAt: expect.any(Date) });
    expect(batch?.finishedAt?.getTime()).toBeLessThanOrEqual(callback.startedAt?.getTime() ?? 0);
  });

  it('calls back in any case, or only when all have succeeded', async () => {
    const failing = [giving(1), { ...giving(2), parameters: { n: 2, fails: true } }];
    const any = await enqueueBatch(failing, { jobName: 'collect' });
    const good = await enqueueBatch(failing, { jobName: 'collect', when: 'succeeded' });
    const runner = engine.runner();
    await runner.start();
    const called = await engine.until(await callbackOf(any.batchId), 'SUCCESS');
    const { given } = called.metadata as { given: { status: string }[] };
    expect(given.map(({ status }) => status)).toEqual(['SUCCESS', 'FAILED']);
    const cancelled = await engine.until(await callbackOf(good.batchId), 'CANCELLED');
    expect(cancelled.error).toBe(`Of batch #${good.batchId}, which it waits for, 1 of 2 runs did not succeed`);
    await runner.stop();
  });

  it('waits for runs outside of it, too', async () => {
    const before = await graph.add();
    const { jobRunIds } = await enqueueBatch([
      giving(1, { ref: 'a', after: [`#${before}`] }),
      giving(2, { after: ['a', `#${before}`] }),
    ]);
    expect(await graph.states(...jobRunIds)).toEqual(['BLOCKED', 'BLOCKED']);
    await graph.end('SUCCESS', before);
    expect(await graph.states(...jobRunIds)).toEqual(['QUEUED', 'BLOCKED']);
    await cancelRun(engine.database.pool, String(jobRunIds[0]), SYSTEM);
    expect(await graph.states(...jobRunIds)).toEqual(['CANCELLED', 'CANCELLED']);
  });
});

describe('a batch is refused whole', () => {
  const cases: [string, BatchRun[], string, string][] = [
    ['without runs', [], 'runs', 'must not be empty'],
    [
      'in a circle',
      [giving(1, { ref: 'a', after: ['b'] }), giving(2, { ref: 'b', after: ['a'] })],
      'runs.0.after',
      'runs: a waits for b, b waits for a',
    ],
    [
      'with a run that waits for itself',
      [giving(1), giving(2, { ref: 'me', after: ['me'] })],
      'runs.1.after',
      'runs: me waits for me',
    ],
    ['with an unknown ref', [giving(1, { after: ['x'] })], 'runs.0.after.0', 'no run of this call has the ref "x"'],
    [
      'with a ref given twice',
      [giving(1, { ref: 'a' }), giving(2, { ref: 'a' })],
      'runs.1.ref',
      '"a" is the ref of runs.0 already',
    ],
    ['with a ref like an id', [giving(1, { ref: '#1' })], 'runs.0.ref', 'must not begin with #'],
    [
      'with an id that is none',
      [giving(1), giving(1, { after: ['#one'] })],
      'runs.1.after.0',
      'must be the number of a run',
    ],
    [
      'for an unknown run',
      [giving(1), giving(2, { after: ['#999999999'] })],
      'runs.1.after',
      'There is no run #999999999',
    ],
    ['for an unknown job', [giving(1), { jobName: 'take' }], 'runs.1.jobName', 'There is no job named "take"'],
    [
      'with parameters that do not fit',
      [giving(1), { jobName: 'give', parameters: { n: 'two' } }],
      'runs.1.parameters.n',
      'must be a number',
    ],
  ];
  it.each(cases)('%s', async (_, runs, path, message) => {
    const before = [await count('JobRun'), await count('JobRunBatch')];
    await expect(enqueueBatch(runs)).rejects.toMatchObject({
      name: 'QueueError',
      message: expect.stringContaining(message),
      issues: [{ path, message: expect.any(String) }],
    });
    expect([await count('JobRun'), await count('JobRunBatch')]).toEqual(before);
  });

  it('for a callback of an unknown job', async () => {
    await expect(enqueueBatch([giving(1)], { jobName: 'take' })).rejects.toMatchObject({
      code: 'UNKNOWN_JOB',
      issues: [{ path: 'callback.jobName', message: expect.any(String) }],
    });
  });

  it('naming only the ends of a long circle', async () => {
    const runs = Array.from({ length: 3_000 }, (_, n) => giving(n, { ref: `r${n}`, after: [`r${(n + 1) % 3_000}`] }));
    await expect(enqueueBatch(runs)).rejects.toThrow(/^runs: r0 waits for r1, .*… 2991 more …, r2999 waits for r0$/);
  });

  it('where what it waits for has failed already', async () => {
    const failed = await graph.add();
    await graph.end('FAILED', failed);
    await expect(enqueueBatch([giving(1, { after: [`#${failed}`] })])).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
    const { jobRunIds } = await enqueueBatch([giving(1, { after: [`#${failed}`], when: 'finished' })]);
    expect(await graph.states(...jobRunIds)).toEqual(['QUEUED']);
    await graph.end('SUCCESS', ...jobRunIds);
  });
});

describe('cancelling a batch', () => {
  it('cancels queued runs and requests running ones to stop; the callback comes when the last has ended', async () => {
    const batch = await graph.addBatch(4, 'FINISHED');
    const [first, second] = batch.runIds as [string, string];
    await graph.end('SUCCESS', first);
    const [lease] = await graph.begin(second);
    const cancelRequested = vi.spyOn(engine.notifier, 'cancelRequested');
    expect(await engine.queue.cancelBatch(batch.id, SYSTEM)).toEqual({ cancelled: 2, requested: 1 });
    expect(cancelRequested.mock.calls).toEqual([[second]]);
    expect(await graph.states(...batch.runIds, String(batch.callbackId))).toEqual([
      'SUCCESS',
      'STOPPING',
      'CANCELLED',
      'CANCELLED',
      'BLOCKED',
    ]);
    expect(await engine.queue.cancelBatch(batch.id, SYSTEM)).toEqual({ cancelled: 0, requested: 0 });
    if (lease) await graph.finish([lease], 'CANCELLED');
    expect(await graph.states(String(batch.callbackId))).toEqual(['QUEUED']);
    await graph.end('SUCCESS', String(batch.callbackId));
    const entries = await rows(`SELECT target, details, "runId" FROM "AuditEvent" WHERE action = 'batch.cancel'`);
    expect(entries).toEqual([
      { target: 'Many', runId: null, details: { batchId: batch.id, cancelled: 2, requested: 1 } },
    ]);
  });

  it('cancels a callback that expects success', async () => {
    const batch = await graph.addBatch(3, 'SUCCEEDED');
    const after = await graph.add({ after: [String(batch.callbackId)] });
    await engine.queue.cancelBatch(batch.id, SYSTEM);
    expect(await graph.states(String(batch.callbackId), after)).toEqual(['CANCELLED', 'CANCELLED']);
  });

  it('may be of the callback alone, and the batch goes on', async () => {
    const batch = await graph.addBatch(1, 'FINISHED');
    await engine.queue.cancel(String(batch.callbackId), SYSTEM);
    await graph.end('SUCCESS', ...batch.runIds);
    expect(await graph.states(String(batch.callbackId))).toEqual(['CANCELLED']);
  });
});

it('ends a long line of batches, each waiting for the callback of the one before, without running out of stack', async () => {
  const line = await Promise.all(Array.from({ length: size(300, 1_000) }, () => graph.addBatch(1, 'SUCCEEDED')));
  const [first, behind] = [line.slice(0, -1), line.slice(1)];
  await rows(
    `WITH pair AS (SELECT * FROM unnest($1::bigint[], $2::bigint[]) AS p(callback, run)),
       before AS (UPDATE "JobRun" SET "hasDependents" = true FROM pair WHERE id = callback)
     UPDATE "JobRun" SET "isBlocked" = true, "dependsOn" = ARRAY[callback], "waitsFor" = 'SUCCEEDED' FROM pair WHERE id = run`,
    first.map(({ callbackId }) => callbackId),
    behind.map(({ runIds }) => runIds[0]),
  );
  await engine.queue.cancel(String(line[0]?.runIds[0]), SYSTEM);
  expect(await rows(`SELECT 1 FROM "JobRunBatch" WHERE "finishedAt" IS NULL`)).toEqual([]);
  expect(await graph.states(String(line.at(-1)?.callbackId))).toEqual(['CANCELLED']);
});

it('queues and cancels thousands at once, and pages through them', async () => {
  const total = size(1_000, 10_000);
  const runs = Array.from({ length: total }, (_, n) =>
    giving(n, { ref: `r${n}`, ...(n >= total / 2 && { after: [`r${n - 1}`] }) }),
  );
  const { batchId, jobRunIds } = await enqueueBatch(runs, { jobName: 'collect', when: 'succeeded' });
  expect(await readBatch(engine.database.pool, batchId)).toMatchObject({ total, queued: total, running: 0 });
  const page = await readBatchRuns(engine.database.pool, batchId, { page: total / 100, pageSize: 50 });
  const atHalf = jobRunIds.slice(total / 2 - 50, total / 2);
  expect([page.total, page.runs.map(({ id }) => id)]).toEqual([total, atHalf]);
  expect(await readBatchRuns(engine.database.pool, batchId, { page: 1_000_000, pageSize: 50 })).toEqual({
    runs: [],
    total,
  });
  expect(await engine.queue.cancelBatch(batchId, SYSTEM)).toEqual({ cancelled: total, requested: 0 });
  expect(await readBatch(engine.database.pool, batchId)).toMatchObject({
    cancelled: total,
    finishedAt: expect.any(Date),
  });
});

it('is removed when its runs are gone, and not before', async () => {
  const [gone, kept, open] = [await graph.addBatch(1), await graph.addBatch(1, 'FINISHED'), await graph.addBatch(1)];
  await graph.end('SUCCESS', ...gone.runIds, ...kept.runIds);
  await removeEmptyBatches(engine.database.pool);
  const left = async () =>
    (await rows('SELECT id FROM "JobRunBatch" WHERE id = ANY($1) ORDER BY id', [gone.id, kept.id, open.id])).map(
      ({ id }) => id,
    );
  expect(await left()).toEqual([gone.id, kept.id, open.id]);
  const [from, to] = [new Date(0), new Date(Date.now() + 3_600_000)];
  const ended = {
    status: 'SUCCESS' as const,
    jobName: null,
    after: { finishedAt: from, id: '0' },
    before: { finishedAt: to, id: '0' },
  };
  await pruneRuns(engine.database.pool, { ...ended, reason: 'of this test' });
  await removeEmptyBatches(engine.database.pool);
  expect(await left()).toEqual([kept.id, open.id]);
  await graph.end('SUCCESS', String(kept.callbackId), ...open.runIds);
});
