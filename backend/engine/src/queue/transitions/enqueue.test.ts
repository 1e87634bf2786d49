import { randomUUID } from 'node:crypto';
import { enqueueOfProgram } from '@job-manager/client/enqueue';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { keepJobs } from '../../store/jobs.js';
import { TestEngine } from '../../testing/engine.js';
import { inTransaction, untilStatementsWait } from '../../testing/transaction.js';
import { defineJob } from '../job.js';
import type { EnqueueRequest } from '../queue.js';
import { SYSTEM } from '../system-actor.js';
import { cancelRun } from './cancel.js';

const note = defineJob({
  name: 'note',
  description: 'Does nothing',
  examples: ['note'],
  algorithmVersion: '7',
  parameters: z.object({ n: z.number().optional() }),
  channel: 'mail',
  priority: 5,
  maxAttempts: 4,
  timeoutMs: null,
  run: async () => {},
});
const bad = defineJob({ ...note, name: 'bad', run: async () => Promise.reject(new Error('no')) });

const timed = defineJob({ ...note, name: 'timed', timeoutMs: 5_000 });
const TIMED = { name: 'timed', channel: 'mail', priority: 5, algorithmVersion: '7', maxAttempts: 4, maxCrashes: 3 };
const DAY_MS = 86_400_000;

let engine: TestEngine;
beforeAll(async () => {
  engine = await TestEngine.create([note, bad, timed]);
});
afterAll(() => engine.close());
afterEach(async () => {
  expect(await engine.violations()).toEqual({});
  await engine.database.pool.query('TRUNCATE "JobRun", "JobRunMessage", "JobRunAttempt", "JobRunCount"');
});

const add = (more: Partial<EnqueueRequest> = {}) => engine.enqueue('note', {}, more);
const count = async (table: string) =>
  (await engine.database.pool.query<{ count: number }>(`SELECT count(*)::int FROM "${table}"`)).rows[0]?.count;

describe('the options of a run', () => {
  it('are those of its job where they are left out', async () => {
    expect(await add()).toMatchObject({
      channel: 'mail',
      priority: 5,
      maxAttempts: 4,
      maxCrashes: 3,
      timeoutMs: null,
      algorithmVersion: '7',
      scope: null,
      retryPolicy: null,
      isBlocked: false,
    });
  });

  it('are as they are given', async () => {
    const retry = { backoffMs: 1, factor: 3, maxBackoffMs: 9 };
    const options = { channel: 'slow', priority: -3, maxAttempts: 9, timeoutMs: 77, scope: 'user 5', retry };
    const { retry: retryPolicy, ...stored } = options;
    expect(await add(options)).toMatchObject({ ...stored, retryPolicy });
  });

  it('fill up a retry policy with what holds for all', async () => {
    const run = await add({ retry: { backoffMs: 5 } });
    expect(run.retryPolicy).toEqual({ backoffMs: 5, factor: 2, maxBackoffMs: 3_600_000 });
  });

  it('put a run off until a time, or for a time', async () => {
    expect((await add({ runAt: '2031-05-06T07:08:09.123+02:00' })).runAt).toEqual(new Date('2031-05-06T05:08:09.123Z'));
    const { runAt, queuedAt } = await add({ delayMs: 90_000 });
    expect(runAt.getTime() - queuedAt.getTime()).toBe(90_000);
  });

  it.each([0, 30 * DAY_MS, 10 * 366 * DAY_MS])('put a run off for %d ms', async (delayMs) => {
    const { runAt, queuedAt } = await add({ delayMs });
    expect(runAt.getTime() - queuedAt.getTime()).toBe(delayMs);
  });

  it.each([60 * DAY_MS, null])('give a run the timeout %j, here and from a program', async (timeoutMs) => {
    const { pool } = engine.database;
    await keepJobs(pool, [{ ...TIMED, timeoutMs: 5_000 }]);
    for (const unique of [undefined, { key: randomUUID() }]) {
      const { id } = await engine.enqueue('timed', {}, { timeoutMs, unique: unique && { key: randomUUID() } });
      expect((await engine.run(id)).timeoutMs).toBe(timeoutMs);
      const [added] = await enqueueOfProgram(pool, [{ jobName: 'timed', timeoutMs, unique }], {
        notifies: false,
      });
      expect((await engine.run(added?.jobRunId ?? '')).timeoutMs).toBe(timeoutMs);
    }
  });

  it('let no run overtake others by a time in the past', async () => {
    const { runAt, queuedAt } = await add({ runAt: new Date(0) });
    expect(runAt).toEqual(queuedAt);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['two times', { runAt: new Date(), delayMs: 5 }, 'delayMs: goes without runAt: a run has one time'],
    ['a negative delay', { delayMs: -1 }, 'delayMs: must be a whole number of milliseconds, from 0'],
    [
      'a delay of eleven years',
      { delayMs: 11 * 366 * 86_400_000 },
      'delayMs: must be at most 316224000000, which are 10',
    ],
    ['a time in the year 9999', { runAt: '9999-12-31T00:00:00Z' }, 'runAt: must be within the next 10 years'],
    [
      'a bound without replace',
      { unique: { key: 'k', maxWaitMs: 5 } },
      'unique.maxWaitMs: goes with onConflict "replace"',
    ],
    ['no time', { runAt: 'soon' }, 'runAt: must be a Date, or a text such as 2026'],
    ['no time of ours', { runAt: new Date(8.64e15) }, 'runAt: is no time'],
    ['a priority beyond', { priority: 101 }, 'priority: must be a whole number from -100 to 100'],
    ['no attempt', { maxAttempts: 0 }, 'maxAttempts: must be a whole number from 1 to 1000'],
    ['a channel with blanks', { channel: 'a b' }, 'channel: must begin with a lower case letter'],
    ['a negative backoff', { retry: { backoffMs: -1 } }, 'retry.backoffMs: must be a whole number'],
    ['an unknown option', { prioritty: 1 }, 'prioritty: is no option'],
    ['an unknown option of an option', { retry: { backof: 1 } }, 'retry.backof: is no option'],
    [
      'a key that is too long',
      { unique: { key: 'k'.repeat(201) } },
      'unique.key: must have at most 200 characters, and has 201',
    ],
    ['a key with a NUL', { unique: { key: 'k\0' } }, 'unique.key: has a NUL character'],
    ['a period of no time', { unique: { key: 'k', scope: 'period' } }, 'unique.periodMs: goes with the scope "period"'],
    [
      'an unknown scope',
      { unique: { key: 'k', scope: 'ever' } },
      'unique.scope: must be one of queued, running, period',
    ],
    ['no run to wait for', { after: [] }, 'after: must be a list of 1 to 100 runs'],
    ['no run to wait for', { after: ['x'] }, 'after.0: must be the number of a run'],
    ['a run of another call', { after: [{ index: 0 }] }, 'after.0: names a run of the same call'],
    ['a condition without a run', { when: 'finished' }, 'when: goes with after'],
    ['parameters that are a list', { parameters: [1] }, 'The parameters must be an object.'],
    ['a million bytes', { parameters: { text: 'x'.repeat(1_000_000) } }, 'The parameters take more than 32 kB'],
    [
      'two conditions at once',
      { after: ['1'], unique: { key: 'k', onConflict: 'after' } },
      'when: must be "finished" where a run also waits behind others of its key',
    ],
    [
      'a replacement that waits',
      { after: ['1'], unique: { key: 'k', onConflict: 'replace' } },
      '"replace" goes without after',
    ],
  ])('are refused with a reason: %s', async (_, options, message) => {
    await expect(add(options as Partial<EnqueueRequest>)).rejects.toThrow(message);
    await expect(add(options as Partial<EnqueueRequest>)).rejects.toMatchObject({ name: 'QueueError' });
    expect(await count('JobRun')).toBe(0);
  });
});

describe('a run that waits for others', () => {
  it('is blocked until they have ended, and they know that a run waits', async () => {
    const [first, second] = [await add(), await add()];
    const run = await add({ after: [second.id, first.id] });
    expect(run).toMatchObject({ isBlocked: true, waitsFor: 'SUCCEEDED' });
    expect((await engine.run(first.id)).dependents).toMatchObject([{ jobRunId: run.id }]);
    await cancelRun(engine.database.pool, first.id, SYSTEM);
    expect((await engine.run(run.id)).status).toBe('CANCELLED');
  });

  it('is free at once where they have ended, and still names them', async () => {
    const first = await engine.enqueue('note');
    await engine.runner().tick();
    await engine.until(first.id, 'SUCCESS');
    expect(await add({ after: [first.id] })).toMatchObject({
      isBlocked: false,
      dependsOn: [{ jobRunId: first.id, status: 'SUCCESS' }],
    });
  });

  it('is refused where one has failed that was to succeed, and runs where it was only to end', async () => {
    const first = await engine.enqueue('bad', {}, { maxAttempts: 1 });
    await engine.runner().tick();
    await engine.until(first.id, 'FAILED');
    await expect(add({ after: [first.id] })).rejects.toMatchObject({
      code: 'NOT_ALLOWED',
      message: `after: Run #${first.id} is FAILED, and was to succeed first; set when: "finished" to run in any case.`,
      issues: [{ path: 'after' }],
    });
    expect(await add({ after: [first.id], when: 'finished' })).toMatchObject({
      isBlocked: false,
      waitsFor: 'FINISHED',
    });
  });

  it('is refused where there is no such run, and nothing is written down', async () => {
    const audited = await count('AuditEvent');
    await expect(add({ after: ['9223372036854775807'] })).rejects.toMatchObject({
      code: 'UNKNOWN_RUN',
      message: 'after: There is no run #9223372036854775807.',
    });
    expect(await count('JobRun')).toBe(0);
    expect(await count('AuditEvent')).toBe(audited);
  });

  it('waits for one that is named twice but once', async () => {
    const first = await add();
    expect((await add({ after: [first.id, first.id] })).dependsOn).toHaveLength(1);
  });
});

describe('an end and a run that begins to wait for it, at the same time', () => {
  it('leaves no run waiting when the end is written first', async () => {
    const { pool } = engine.database;
    const first = await add();
    const waiting = await inTransaction(pool, async (ending) => {
      await cancelRun(ending, first.id, SYSTEM);
      const enqueued = add({ after: [first.id], when: 'finished' });
      await untilStatementsWait(pool);
      await ending.query('COMMIT');
      return enqueued;
    });
    expect(waiting).toMatchObject({ isBlocked: false, dependsOn: [{ status: 'CANCELLED' }] });
  });

  it('refuses a wait for the success of one whose failure is being written', async () => {
    const { pool } = engine.database;
    const first = await add();
    const message = await inTransaction(pool, async (ending) => {
      await cancelRun(ending, first.id, SYSTEM);
      const enqueued = add({ after: [first.id] }).catch((error: Error) => error.message);
      await untilStatementsWait(pool);
      await ending.query('COMMIT');
      return enqueued;
    });
    expect(message).toMatch(`Run #${first.id} is CANCELLED`);
  });

  it('wakes the one that waits when its request was first', async () => {
    const { pool } = engine.database;
    const first = await add();
    const request = { jobName: 'note', trigger: 'EVENT', after: [first.id], when: 'finished' } as const;
    const run = await inTransaction(pool, async (sql) => {
      const enqueued = await engine.queue.enqueue(request, SYSTEM, { sql });
      const ending = cancelRun(pool, first.id, SYSTEM);
      await untilStatementsWait(pool);
      await sql.query('COMMIT');
      await ending;
      return enqueued.run;
    });
    expect(run.isBlocked).toBe(true);
    expect(await engine.run(run.id)).toMatchObject({ isBlocked: false, status: 'QUEUED' });
  });
});
