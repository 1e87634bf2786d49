import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { defineJob } from '@job-manager/engine/queue/job';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { createTestKit, createTestSchema, installClock, runJob, type TestKit } from './index.js';

const parameters = z.object({ n: z.number().default(1) });
const jobs = [
  defineJob({
    name: 'note',
    description: 'Writes a line',
    parameters,
    run: async (ctx, { n }) => ctx.log.info(`n is ${n}`),
  }),
  defineJob({
    name: 'again',
    description: 'Queues itself',
    parameters,
    run: async () => void (await kit.client.enqueue({ jobName: 'again' })),
  }),
  defineJob({
    name: 'mail',
    description: 'Runs in a channel',
    parameters,
    channel: 'mail',
    isolated: true,
    run: async () => {},
  }),
  defineJob({
    name: 'nightly',
    description: 'Comes due by itself',
    parameters,
    schedules: [{ name: 'every-day', everyMs: 86_400_000 }],
    run: async () => {},
  }),
];

const databaseUrl = process.env.TEST_DATABASE_URL ?? '';
let kit: TestKit<typeof jobs>;
beforeAll(async () => {
  kit = await createTestKit({ databaseUrl, jobs });
});
afterEach(() => kit.clear());
afterAll(() => kit.close());

describe('a job that is run by itself', () => {
  const job = (run: Parameters<typeof defineJob<typeof parameters, 'one'>>[0]['run']) =>
    defineJob({ name: 'one', description: 'One', parameters, run });

  it('ends as an attempt does', async () => {
    expect(
      await runJob(
        job(async () => ({ ok: true })),
        {},
      ),
    ).toMatchObject({ status: 'SUCCESS', metadata: { ok: true } });
    const failed = await runJob(
      job(async () => Promise.reject(new Error('No such user'))),
      {},
    );
    expect(failed).toMatchObject({ status: 'FAILED', error: 'No such user', isFinal: false });
    const final = await runJob(
      job(async (ctx) => ctx.fail('Never', { retry: false })),
      {},
    );
    expect(final).toMatchObject({ status: 'FAILED', isFinal: true });
    expect(
      await runJob(
        job(async (ctx) => ctx.retryIn(5_000, 'Busy')),
        {},
      ),
    ).toMatchObject({ againInMs: 5_000 });
    const snoozed = await runJob(
      job(async (ctx) => ctx.snooze(9_000, 'Later')),
      {},
    );
    expect(snoozed).toMatchObject({ status: 'SNOOZED', againInMs: 9_000, error: 'Later' });
    expect(
      await runJob(
        job(async () => {}),
        { n: 'x' as never },
      ),
    ).toMatchObject({
      status: 'FAILED',
      error: expect.stringContaining('parameters'),
    });
  });

  it('has the context that the test gives, and is cancelled by its signal', async () => {
    const facts = job(async (ctx) => ({
      of: [ctx.runId, ctx.attempt, ctx.claimNo, ctx.correlationId],
      upstream: await ctx.upstream(),
    }));
    const upstream = [
      { runId: '7', jobName: 'x', status: 'SUCCESS' as const, result: { a: 1 }, resultTruncated: false },
    ];
    const options = { runId: '9', attempt: 2, claimNo: 3, correlationId: 'order 1', upstream };
    expect((await runJob(facts, {}, options)).metadata).toEqual({ of: ['9', 2, 3, 'order 1'], upstream });
    const endless = job(async (ctx) => ctx.pause(Number.POSITIVE_INFINITY));
    const cancelling = new AbortController();
    const running = runJob(endless, {}, { signal: cancelling.signal });
    cancelling.abort();
    expect(await running).toMatchObject({ status: 'CANCELLED' });
    expect(
      (
        await runJob(
          job(async (ctx) => void (await ctx.services.db.profile.count())),
          {},
        )
      ).error,
    ).toContain('ctx.services.db: give runJob one');
  });
});

describe('services', () => {
  const counting = defineJob({
    name: 'count',
    description: 'Counts by a service',
    parameters,
    run: async (ctx) => ({ counted: await ctx.services.db.profile.count() }),
  });
  const db = { profile: { count: async () => 7 } } as never;

  it('are those that a test gives to a job that runs by itself', async () => {
    expect(await runJob(counting, {}, { services: { db } })).toMatchObject({ metadata: { counted: 7 } });
  });

  it('are made for a kit, and closed with it', async () => {
    let isClosed = false;
    const own = await createTestKit({
      ...{ databaseUrl, jobs: [counting] },
      services: ({ onClose }) => {
        onClose(() => {
          isClosed = true;
        });
        return { db, mediaDir: '' };
      },
    });
    await own.client.enqueue({ jobName: 'count' });
    expect(await own.drain()).toMatchObject([{ status: 'SUCCESS' }]);
    expect(isClosed).toBe(false);
    await own.close();
    expect(isClosed).toBe(true);
  });
});

describe('a drain', () => {
  it('executes due runs, of one channel or of all, and leaves the others', async () => {
    await kit.client.enqueueMany([{ jobName: 'note' }, { jobName: 'mail' }, { jobName: 'note', delayMs: 1_000_000 }]);
    expect((await kit.drain({ channel: 'mail' })).map(({ jobName }) => jobName)).toEqual(['mail']);
    expect((await kit.drain()).map(({ jobName, status }) => [jobName, status])).toEqual([['note', 'SUCCESS']]);
    expect((await kit.enqueued('note')).map(({ status, delayMs }) => [status, delayMs])).toEqual([
      ['SUCCESS', 0],
      ['QUEUED', 1_000_000],
    ]);
  });

  it('runs dependent runs in order', async () => {
    await kit.client.enqueueMany([{ jobName: 'note', after: [{ index: 1 }] }, { jobName: 'mail' }]);
    expect((await kit.drain()).map(({ jobName }) => jobName)).toEqual(['mail', 'note']);
  });

  it('ends a job that queues itself for ever', async () => {
    await kit.client.enqueue({ jobName: 'again' });
    await expect(kit.drain({ limit: 5 })).rejects.toThrow('More than 5 runs were executed, of again');
  });
});

describe('the clock', () => {
  /** Without the run of the schedule, whose day may begin meanwhile. */
  const drained = async () => (await kit.drain()).filter(({ jobName }) => jobName !== 'nightly');

  it('moves delayed runs, keys and schedules together with timers', async () => {
    const clock = kit.installClock();
    try {
      const fired: string[] = [];
      setTimeout(() => fired.push('timer'), 49 * 60_000);
      const at = Date.now();
      const unique = { key: 'k', scope: 'period' as const, periodMs: 3_600_000 };
      await kit.client.enqueue({ jobName: 'note', delayMs: 3_600_000, unique });
      await clock.advance(3_000_000);
      expect([fired, Date.now() - at, await drained()]).toEqual([['timer'], 3_000_000, []]);
      expect((await kit.client.enqueue({ jobName: 'note', unique })).isNew).toBe(false);
      await clock.advance(600_000);
      expect(await drained()).toMatchObject([{ jobName: 'note', status: 'SUCCESS' }]);
      expect((await kit.client.enqueue({ jobName: 'note', unique })).isNew).toBe(true);
      await kit.clear();
      await clock.advance(86_400_000);
      expect((await kit.drain()).map(({ jobName }) => jobName)).toEqual(['nightly']);
    } finally {
      clock.uninstall();
    }
    expect(() => clock.uninstall()).not.toThrow();
  });

  it('refuses to go back', async () => {
    const clock = installClock();
    await expect(clock.advance(-1)).rejects.toThrow(TypeError);
    clock.uninstall();
  });
});

describe('assertions', () => {
  it('compare named fields, apply matchers, and show what there is instead', async () => {
    await kit.client.enqueue({ jobName: 'note', parameters: { n: 3 }, correlationId: 'order 1', priority: 5 });
    const run = await kit.assertEnqueued({ jobName: 'note', parameters: { n: expect.any(Number) }, priority: 5 });
    expect(run).toMatchObject({ correlationId: 'order 1', parameters: { n: 3 }, status: 'QUEUED' });
    await expect(kit.assertEnqueued({ jobName: 'note', parameters: { n: 4 } })).rejects.toThrow(
      /found none; runs of note: [\s\S]*n: 3/,
    );
    await expect(kit.assertEnqueued({ jobName: 'mail' })).rejects.toThrow(
      'found no run of mail; there are runs of note',
    );
    await expect(kit.assertEnqueued({ jobName: 'note' }, { times: 2 })).rejects.toThrow('2 runs');
    await expect(kit.assertNotEnqueued({ jobName: 'note', parameters: { n: 3 } })).rejects.toThrow('No run');
    await kit.assertNotEnqueued({ jobName: 'note', parameters: { n: 4 } });
  });

  it('see what an open transaction of the caller has queued, on a connection with another search path', async () => {
    const connection = new pg.Client(databaseUrl);
    await connection.connect();
    await connection.query('BEGIN');
    await kit.client.enqueue({ jobName: 'note' }, { sql: connection });
    await kit.assertEnqueued({ jobName: 'note' }, { sql: connection });
    await kit.assertNotEnqueued({ jobName: 'note' });
    await connection.query('ROLLBACK');
    await connection.end();
  });
});

it('a schema of its own is removed afterwards, and others are not changed', async () => {
  const [one, other] = await Promise.all([createTestSchema(databaseUrl), createTestSchema(databaseUrl)]);
  await one.drop();
  const { rows } = await other.pool.query('SELECT nspname FROM pg_namespace WHERE nspname = ANY($1)', [
    [one.name, other.name],
  ]);
  expect(rows).toEqual([{ nspname: other.name }]);
  await other.drop();
});

it('the example for node:test passes', async () => {
  const example = fileURLToPath(new URL('../examples/node-test.example.ts', import.meta.url));
  const args = ['--import', 'tsx', '--test', '--test-reporter=tap', example];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  expect(stdout).toContain('# pass 4');
  expect(stdout).toContain('# fail 0');
});
