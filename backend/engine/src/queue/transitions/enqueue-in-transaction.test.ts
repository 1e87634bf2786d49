import { createClient, type JobClient } from '@job-manager/client/client';
import { prismaSql } from '@job-manager/client/prisma';
import type { PoolClient } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { Listener } from '../../store/listener.js';
import { TestEngine } from '../../testing/engine.js';
import { inTransaction, untilStatementsWait } from '../../testing/transaction.js';
import { defineJob } from '../job.js';
import { JobAnnouncer } from '../maintenance/job-announcer.js';
import { createRegistry } from '../registry.js';
import { SYSTEM } from '../system-actor.js';
import { cancelRun } from './cancel.js';

const note = defineJob({
  name: 'note',
  description: 'Does nothing',
  examples: ['note'],
  algorithmVersion: '1',
  parameters: z.object({ n: z.number().optional() }),
  run: async () => {},
});

let engine: TestEngine;
let client: JobClient;
let listener: Listener;
let woken = 0;
beforeAll(async () => {
  engine = await TestEngine.create([note]);
  const { database, events } = engine;
  const registry = createRegistry([note]);
  await new JobAnnouncer({
    sql: database.pool,
    registry,
    events,
    process: { runnerId: null, host: 'test', pid: 1 },
  }).tick();
  client = createClient({ sql: database.pool });
  listener = await engine.listener(['queued', 'probe']);
  listener.on('queued', () => woken++);
});
afterAll(() => engine.close());
afterEach(async () => {
  await engine.database.pool.query('TRUNCATE "JobRun", "JobRunMessage"');
});

const request = { jobName: 'note', parameters: { n: 1 }, trigger: 'EVENT' } as const;
const seen = async () =>
  (await engine.database.pool.query<{ count: number }>('SELECT count(*)::int FROM "JobRun"')).rows[0]?.count;

/** How often runners are woken by what is done; notifications come in order, so a later one ends the waiting. */
async function wakings(work: () => Promise<unknown>): Promise<number> {
  woken = 0;
  await work();
  const probed = new Promise((resolve) => listener.once('probe', resolve));
  await engine.database.pool.query(`SELECT pg_notify('job_manager_probe', 'x')`);
  await probed;
  return woken;
}

/** In a transaction that ends so. */
const ending = (end: 'COMMIT' | 'ROLLBACK', work: (sql: PoolClient) => Promise<unknown>): Promise<unknown> =>
  inTransaction(engine.database.pool, async (sql) => {
    await work(sql);
    await sql.query(end);
  });

describe('in a transaction of pg', () => {
  it.each([
    ['the engine', (sql: PoolClient) => engine.queue.enqueue(request, SYSTEM, { sql })],
    ['the client', (sql: PoolClient) => client.enqueue(request, { sql })],
    ['the client, many at once,', (sql: PoolClient) => client.enqueueMany([request], { sql })],
  ])('%s queues a run that is there at the commit, and wakes runners then', async (_, enqueue) => {
    const wakened = await wakings(() =>
      ending('COMMIT', async (sql) => {
        await enqueue(sql);
        expect(await seen()).toBe(0);
        expect(woken).toBe(0);
      }),
    );
    expect(wakened).toBe(1);
    expect(await seen()).toBe(1);
  });

  it('a run that is rolled back never was, and wakes no runner', async () => {
    const wakened = await wakings(() =>
      ending('ROLLBACK', async (sql) => {
        await engine.queue.enqueue(request, SYSTEM, { sql });
        await client.enqueue(request, { sql });
      }),
    );
    expect(wakened).toBe(0);
    expect(await seen()).toBe(0);
  });

  it('a refusal leaves the transaction as it was', async () => {
    const taken = { ...request, unique: { key: 'k', onConflict: 'refuse' } } as const;
    await ending('COMMIT', async (sql) => {
      await client.enqueue(taken, { sql });
      await expect(client.enqueue(taken, { sql })).rejects.toMatchObject({ code: 'DUPLICATE' });
      await expect(client.enqueue({ ...request, after: ['77'] }, { sql })).rejects.toMatchObject({
        code: 'UNKNOWN_RUN',
      });
      await client.enqueue(request, { sql });
    });
    expect(await seen()).toBe(2);
  });
});

describe('in a transaction of pg, beside one that ends the run it is about', () => {
  const unique = { key: 'k', scope: 'running' } as const;
  it.each([
    ['waits for that run', (id: string) => ({ after: [id], when: 'finished' }) as const],
    ['joins the line of its key', () => ({ unique: { ...unique, onConflict: 'after' } }) as const],
    ['replaces it', () => ({ unique: { ...unique, onConflict: 'replace' } }) as const],
  ])('a run that %s is queued, and the transaction goes on', async (_what, wanted) => {
    const { pool } = engine.database;
    const { jobRunId } = await client.enqueue({ ...request, unique });
    const other = await pool.connect();
    await other.query('BEGIN');
    await cancelRun(other, jobRunId, SYSTEM);
    const queued = ending('COMMIT', async (sql) => {
      const { isNew } = await client.enqueue({ ...request, ...wanted(jobRunId) }, { sql });
      expect(isNew).toBe(true);
      await client.enqueue(request, { sql });
    });
    await untilStatementsWait(pool);
    await other.query('COMMIT');
    other.release();
    await queued;
    expect((await pool.query('SELECT status, "isBlocked" FROM "JobRun" ORDER BY id')).rows).toEqual([
      { status: 'CANCELLED', isBlocked: false },
      { status: 'QUEUED', isBlocked: false },
      { status: 'QUEUED', isBlocked: false },
    ]);
  });
});

describe('in a transaction of Prisma', () => {
  it('a run is there at the commit, reads as ever, and wakes runners then', async () => {
    const wakened = await wakings(() =>
      engine.database.db.$transaction(async (tx) => {
        const sql = prismaSql(tx);
        const first = await engine.queue.enqueue({ ...request, delayMs: 5, timeoutMs: 9 }, SYSTEM, { sql });
        const { jobRunId } = await client.enqueue({ ...request, after: [first.run.id], unique: { key: 'k' } }, { sql });
        expect(await client.enqueue({ ...request, unique: { key: 'k' } }, { sql })).toEqual({ jobRunId, isNew: false });
        expect(first.run).toMatchObject({ id: expect.any(String), runAt: expect.any(Date), parameters: { n: 1 } });
        expect(await seen()).toBe(0);
        expect(woken).toBe(0);
      }),
    );
    expect(wakened).toBe(1);
    expect(await seen()).toBe(2);
  });

  it('the run is the same that pg would have queued', async () => {
    const options = { ...request, retry: { backoffMs: 5 }, runAt: '2031-01-01T00:00:00.5Z', scope: 'ü' };
    const ours = await engine.queue.enqueue(options, SYSTEM);
    const theirs = await engine.database.db.$transaction((tx) =>
      engine.queue.enqueue(options, SYSTEM, { sql: prismaSql(tx) }),
    );
    const { id, queuedAt, ...same } = ours.run;
    expect(theirs.run).toMatchObject(same);
    expect(theirs.run.id).not.toBe(id);
    expect(theirs.run.queuedAt).toBeInstanceOf(Date);
  });

  it('a run that is rolled back never was, and wakes no runner', async () => {
    const wakened = await wakings(() =>
      engine.database.db
        .$transaction(async (tx) => {
          await client.enqueueMany([request, request], { sql: prismaSql(tx) });
          throw new Error('back');
        })
        .catch((error: Error) => expect(error.message).toBe('back')),
    );
    expect(wakened).toBe(0);
    expect(await seen()).toBe(0);
  });
});
