import { hostname } from 'node:os';
import type { RetryPolicy } from '@job-manager/shared/retry';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { TestEngine } from '../testing/engine.js';
import { type AnyJob, defineJob, type JobContext } from './job.js';
import { notMeasured } from './meter.js';
import { Outcomes, type Recorded } from './outcomes.js';
import { Reachability } from './reachability.js';
import { createRegistry } from './registry.js';
import { runHere } from './run-here.js';
import type { Runner } from './runner.js';
import { SYSTEM } from './system-actor.js';
import { type ClaimedRun, claimDueRuns } from './transitions/claim.js';
import { snoozeRuns } from './transitions/release.js';

const acts = {
  failTwice: async ({ attempt }: JobContext) => {
    if (attempt < 3) throw new Error(`Attempt ${attempt} broke`);
  },
  fail: async (ctx: JobContext) => ctx.fail('Not this time'),
  giveUp: async (ctx: JobContext) => ctx.fail('There is no user 8', { retry: false }),
  returnBigint: async () => ({ total: 5n }),
  retryIn: async (ctx: JobContext) => ctx.retryIn(5_000, 'The service asks for 5 s'),
  snooze: async (ctx: JobContext) => ctx.snooze(90_000, 'The file is not there yet'),
  snoozeForNothing: async (ctx: JobContext) => ctx.snooze(0),
  snoozeForNaN: async (ctx: JobContext) => ctx.snooze(Number.NaN),
  retryInAges: async (ctx: JobContext) => ctx.retryIn(1e15, 'Ages'),
  pauseForMonths: async (ctx: JobContext) => ctx.pause(2 ** 31),
  pauseForEver: async (ctx: JobContext) => ctx.pause(Number.POSITIVE_INFINITY),
  pauseForNothing: async (ctx: JobContext) => {
    await ctx.pause(0);
    await ctx.pause(-5);
    return { waited: true };
  },
  pauseForNaN: async (ctx: JobContext) => ctx.pause(Number.NaN),
  reportPercent: async (ctx: JobContext) => {
    ctx.progress(50, 'Half');
    ctx.progress(60);
    ctx.log.info({ users: 5 }, 'Counted');
    ctx.log.error(new Error('Odd'));
  },
  goOn: async (ctx: JobContext) => {
    for (;;) await ctx.pause(5);
  },
};

const job = (name: string, more: Pick<AnyJob, 'retry'> = {}) =>
  defineJob({
    name,
    description: 'Fails as its parameter sets',
    examples: [`tsx scripts/runJobs.ts ${name}`],
    algorithmVersion: '1',
    parameters: z.strictObject({ act: z.enum(Object.keys(acts) as [keyof typeof acts]) }),
    run: async (ctx, { act }) => acts[act](ctx),
    ...more,
  });

const quick = job('quick', { retry: { backoffMs: 0 } });
const patient = job('patient', { retry: { backoffMs: 60_000, factor: 3 } });
const usual = job('usual');
const jobs = [quick, patient, usual];

let engine: TestEngine;
let runner: Runner;
beforeAll(async () => {
  engine = await TestEngine.create(jobs);
  runner = engine.runner();
  await runner.open();
});
afterEach(async () => {
  for (const { id } of await rows(`SELECT id FROM "JobRun" WHERE status = 'QUEUED'`))
    await engine.queue.cancel(id, SYSTEM);
  expect(await engine.violations()).toEqual({});
});
afterAll(() => engine.close());

const rows = async (sql: string, ...values: unknown[]) => (await engine.database.pool.query(sql, values)).rows;
const change = (id: string, set: string) => rows(`UPDATE "JobRun" SET ${set} WHERE id = $1`, id);
const enqueue = async (jobName: string, act: keyof typeof acts) => (await engine.enqueue(jobName, { act })).id;

/** Executes what is due until nothing is, however often it fails. */
async function work(): Promise<void> {
  while ((await runner.tick()) > 0) await vi.waitFor(() => expect(runner.activeRuns).toBe(0));
}

describe('a run that fails', () => {
  it('is repeated until it succeeds, and keeps every attempt', async () => {
    const retried = vi.fn();
    engine.events.on('runRetried', retried);
    const id = await enqueue('quick', 'failTwice');
    await work();
    const run = await engine.run(id);
    expect(run).toMatchObject({ status: 'SUCCESS', attempt: 3, claimNo: 3, error: null, errorStack: null });
    expect(run.earlierAttempts).toMatchObject(
      [1, 2].map((attempt) => ({
        ...{ claimNo: attempt, attempt, outcome: 'FAILED', error: `Attempt ${attempt} broke`, runnerId: runner.id },
        errorStack: expect.stringContaining('retries.test.ts'),
        durationMs: expect.any(Number),
      })),
    );
    expect(retried.mock.calls).toMatchObject([
      [{ runId: id, jobName: 'quick', attempt: 1, maxAttempts: 3, error: 'Attempt 1 broke', delayMs: 0 }],
      [{ runId: id, attempt: 2 }],
    ]);
    const messages = await rows(`SELECT level, message FROM "JobRunMessage" WHERE "runId" = $1 ORDER BY seq`, id);
    expect(messages).toEqual([
      { level: 'WARN', message: 'Attempt 1 of 3 failed: Attempt 1 broke; again at once' },
      { level: 'WARN', message: 'Attempt 2 of 3 failed: Attempt 2 broke; again at once' },
    ]);
  });

  it('has failed once its attempts are used up, three by default', async () => {
    const id = await enqueue('quick', 'fail');
    await work();
    const run = await engine.run(id);
    expect(run).toMatchObject({ status: 'FAILED', attempt: 3, error: 'Not this time' });
    expect(run.earlierAttempts.map(({ error }) => error)).toEqual(['Not this time', 'Not this time']);
    const runnerName = `${hostname()}:${process.pid}`;
    expect([run, ...run.earlierAttempts].map((part) => part.runnerName)).toEqual(Array(3).fill(runnerName));
  });

  it.each([
    ['giveUp', 'There is no user 8'],
    ['returnBigint', "The job's result can't be kept"],
  ] as const)('is not repeated where that would not help: %s', async (act, error) => {
    const id = await enqueue('quick', act);
    await work();
    expect(await engine.run(id)).toMatchObject({
      ...{ status: 'FAILED', attempt: 1, earlierAttempts: [], error: expect.stringContaining(error) },
    });
  });

  it('is not repeated where its parameters do not fit the job any more', async () => {
    const [{ id }] = await rows(
      `INSERT INTO "JobRun" ("jobName", parameters) VALUES ('quick', '{"act": 5}') RETURNING id`,
    );
    await work();
    const error = expect.stringContaining('The parameters do not fit this job');
    expect(await engine.run(id)).toMatchObject({ status: 'FAILED', attempt: 1, error });
  });

  it('is not repeated where a command line runs it here and now', async () => {
    const registry = createRegistry(jobs);
    const here = { sql: engine.database.pool, registry, runner, jobName: 'quick', actor: SYSTEM };
    const { runId, ended } = await runHere({ ...here, parameters: { act: 'fail' } });
    await ended;
    expect(await engine.run(runId)).toMatchObject({ status: 'FAILED', attempt: 1 });
  });

  it('waits within its backoff, and can be cancelled meanwhile', async () => {
    const id = await enqueue('patient', 'fail');
    await work();
    const run = await engine.run(id);
    expect(run).toMatchObject({ status: 'QUEUED', attempt: 1, error: 'Not this time' });
    const waitMs = run.runAt.getTime() - Date.parse(run.earlierAttempts[0]?.endedAt ?? '');
    expect(waitMs).toBeGreaterThanOrEqual(-1);
    expect(waitMs).toBeLessThanOrEqual(60_000);
    await engine.queue.cancel(id, SYSTEM);
    await change(id, '"runAt" = clock_timestamp()');
    expect(await runner.tick()).toBe(0);
    expect(await engine.run(id)).toMatchObject({ status: 'CANCELLED', claimNo: 1 });
  });
});

describe('a run that takes too long', () => {
  it('is retried, with a message each time', async () => {
    const id = await enqueue('quick', 'goOn');
    await change(id, '"timeoutMs" = 50, "maxAttempts" = 2');
    await runner.tick();
    const again = await engine.until(id, 'QUEUED');
    expect(again).toMatchObject({ error: 'Timed out after 50 ms', earlierAttempts: [{ outcome: 'FAILED' }] });
    await runner.tick();
    expect(await engine.until(id, 'FAILED')).toMatchObject({ attempt: 2, error: 'Timed out after 50 ms' });
    expect(await rows(`SELECT 1 FROM "AuditEvent" WHERE "runId" = $1 AND action = 'run.time-out'`, id)).toHaveLength(2);
    await vi.waitFor(() => expect(runner.activeRuns).toBe(0));
  });

  it('is retried where it was not stopped, unless it was requested to stop', async () => {
    const [again, stopping] = [await claimOne('usual'), await claimOne('usual')];
    await engine.queue.cancel(stopping.id, SYSTEM);
    for (const { id } of [again, stopping])
      await change(id, `"timeoutMs" = 60000, "startedAt" = clock_timestamp() - interval '76 s'`);
    expect(await engine.rescuer.tick()).toBe(2);
    const error = 'Timed out after 60 s';
    expect(await engine.run(again.id)).toMatchObject({
      ...{ status: 'QUEUED', crashes: 0, earlierAttempts: [{ outcome: 'FAILED', error }] },
    });
    expect(await engine.run(stopping.id)).toMatchObject({ status: 'FAILED', error });
    expect(await recordFailure(again)).toEqual({ as: 'refused' });
    const [{ message }] = await rows(`SELECT message FROM "JobRunMessage" WHERE "runId" = $1`, again.id);
    expect(message).toBe('Timed out after 60 s; back to the queue for attempt 2 of 10');
  });
});

describe('how long it waits', () => {
  const stated = { backoffMs: 1_000, factor: 2, maxBackoffMs: 3_000 };
  it.each([
    ['as usual', 'usual', null, 1, 5_000],
    ['longer after the second failure', 'usual', null, 2, 10_000],
    ['as its job sets', 'patient', null, 1, 30_000],
    ['longer by the factor of its job', 'patient', null, 2, 90_000],
    ['as its request sets, whatever its job sets', 'patient', stated, 2, 1_000],
    ['no longer than the requested maximum', 'patient', stated, 3, 1_500],
  ] as const)('is %s', async (_what, jobName, policy, attempt, delayMs) => {
    const run = await claimOne(jobName, policy, attempt);
    expect(await recordFailure(run)).toEqual({ as: 'retried', delayMs });
  });
});

describe('a process that crashed with its job', () => {
  it('counts towards poison', async () => {
    const run = await claimOne('usual');
    await change(run.id, '"maxCrashes" = 1');
    expect(await recordFailure(run, { crashed: true })).toEqual({ as: 'ended' });
    expect(await engine.run(run.id)).toMatchObject({
      ...{
        status: 'FAILED',
        crashes: 1,
        attempt: 1,
        error: 'Stopped as poison: it took down its process 1 time. It broke',
      },
    });
  });
});

/** Claims a new run in an attempt of this number, without executing it. */
async function claimOne(jobName: string, policy: RetryPolicy | null = null, attempt = 1): Promise<ClaimedRun> {
  const id = await enqueue(jobName, 'fail');
  await rows(
    `INSERT INTO "JobRunAttempt" ("runId", "claimNo", attempt, outcome, "startedAt", "endedAt", "durationMs")
     SELECT $1, n, n, 'LOST', '2026-01-01', '2026-01-01', 0 FROM generate_series(1, $2) n`,
    ...[id, attempt - 1],
  );
  await rows(
    `UPDATE "JobRun" SET attempt = $2, "claimNo" = $2, "maxAttempts" = 10, "retryPolicy" = $3 WHERE id = $1`,
    ...[id, attempt - 1, policy],
  );
  const [claimed] = await claimDueRuns(engine.database.pool, { runnerId: runner.id, jobNames: [jobName], most: 1 });
  if (claimed?.id !== id) throw new Error('claimed another run');
  return claimed;
}

/** Records that an attempt failed, where chance always takes the middle. */
function recordFailure(run: ClaimedRun, more: { crashed?: true } = {}): Promise<Recorded> {
  const { events } = engine;
  const database = new Reachability(events);
  const outcomes = new Outcomes({
    ...{ sql: engine.database.pool, events, database, registry: createRegistry(jobs), random: () => 0.5 },
  });
  const execution = {
    run,
    place: -1,
    usage: notMeasured,
    stop: () => {},
    begin: () => {},
    progressAtEnd: () => ({ progressPercent: null, progressMessage: null, steps: null }),
  };
  const failed = { status: 'FAILED', error: 'It broke', errorStack: null, json: null, truncated: false } as const;
  return new Promise((settle) => outcomes.record(execution, { ...failed, ...more }, settle));
}

const afterMs = async (id: string) => {
  const [row] = await rows(
    `SELECT round(extract(epoch FROM r."runAt" - a."endedAt") * 1000)::float8 AS ms
     FROM "JobRun" r JOIN "JobRunAttempt" a ON a."runId" = r.id WHERE r.id = $1 ORDER BY a."claimNo" DESC LIMIT 1`,
    id,
  );
  // Each of the two times is rounded to milliseconds.
  return Math.round(row.ms / 10) * 10;
};
const due = (id: string) => change(id, '"runAt" = clock_timestamp()');

describe('a job that sets its next attempt', () => {
  it('is tried again after exactly that time, using up an attempt', async () => {
    const id = await enqueue('patient', 'retryIn');
    await work();
    expect(await engine.run(id)).toMatchObject({ status: 'QUEUED', attempt: 1, error: 'The service asks for 5 s' });
    expect(await afterMs(id)).toBe(5_000);
  });

  it('fails with its reason when no attempt is left', async () => {
    const { id } = await engine.enqueue('patient', { act: 'retryIn' }, { maxAttempts: 1 });
    await work();
    expect(await engine.run(id)).toMatchObject({ status: 'FAILED', error: 'The service asks for 5 s' });
  });

  it('gets an error for an invalid time', async () => {
    const ages = await enqueue('patient', 'retryInAges');
    await work();
    expect((await engine.run(ages)).error).toBe(
      'ctx.retryIn reaches 10 years (316224000000 ms), not 1000000000000000 ms',
    );
  });
});

describe('a job that puts its run off', () => {
  it('begins again after that time, and never fails for want of attempts', async () => {
    const snoozed = vi.fn();
    engine.events.on('runSnoozed', snoozed);
    const { id } = await engine.enqueue('usual', { act: 'snooze' }, { maxAttempts: 1 });
    for (let times = 1; times <= 3; times++) {
      await work();
      const run = await engine.run(id);
      expect(run).toMatchObject({ status: 'QUEUED', attempt: 0, claimNo: times, error: null, startedAt: null });
      expect(await afterMs(id)).toBe(90_000);
      await due(id);
    }
    expect((await engine.run(id)).earlierAttempts).toMatchObject(
      [1, 2, 3].map((claimNo) => ({ claimNo, attempt: 1, outcome: 'SNOOZED', error: 'The file is not there yet' })),
    );
    expect(snoozed).toHaveBeenCalledTimes(3);
    const [message] = await rows(`SELECT level, message FROM "JobRunMessage" WHERE "runId" = $1 LIMIT 1`, id);
    expect(message).toEqual({
      level: 'INFO',
      message: 'Snoozed by its job for 90 s, without using up an attempt: The file is not there yet',
    });
  });

  it('is not begun again at once, and rarely after many times', async () => {
    const id = await enqueue('usual', 'snoozeForNothing');
    await work();
    expect(await afterMs(id)).toBe(1_000);
    await rows(
      `INSERT INTO "JobRunAttempt" ("runId", "claimNo", attempt, outcome, "startedAt", "endedAt", "durationMs")
       SELECT $1, n, 1, 'SNOOZED', a."endedAt", a."endedAt", 0 FROM generate_series(2, 99) n, "JobRunAttempt" a WHERE a."runId" = $1`,
      id,
    );
    await change(id, '"claimNo" = 99, "runAt" = clock_timestamp()');
    await work();
    expect(await afterMs(id)).toBe(60_000);
  });

  it('is cancelled where that was requested', async () => {
    const id = await enqueue('usual', 'snooze');
    const [claimed] = await claimDueRuns(engine.database.pool, { runnerId: runner.id, jobNames: ['usual'], most: 1 });
    const { leaseToken, claimNo } = claimed as ClaimedRun;
    await change(id, '"cancelRequestedAt" = clock_timestamp()');
    const snooze = { id, leaseToken, claimNo, delayMs: 5_000, reason: null };
    expect(await snoozeRuns(engine.database.pool, [snooze])).toEqual(new Map([[leaseToken, 'CANCELLED']]));
    expect((await engine.run(id)).status).toBe('CANCELLED');
  });

  it('may be sent twice, where the first answer was lost, and not when the lease is lost', async () => {
    const id = await enqueue('usual', 'snooze');
    const [claimed] = await claimDueRuns(engine.database.pool, { runnerId: runner.id, jobNames: ['usual'], most: 1 });
    const { leaseToken, claimNo } = claimed as ClaimedRun;
    const snooze = { id, leaseToken, claimNo, delayMs: 5_000, reason: null };
    for (let times = 0; times < 2; times++)
      expect(await snoozeRuns(engine.database.pool, [snooze])).toEqual(new Map([[leaseToken, 'QUEUED']]));
    expect(await snoozeRuns(engine.database.pool, [{ ...snooze, claimNo: 7 }])).toEqual(new Map());
    expect((await engine.run(id)).earlierAttempts).toHaveLength(1);
  });

  it('fails with a message for an invalid time', async () => {
    const id = await enqueue('usual', 'snoozeForNaN');
    await work();
    expect((await engine.run(id)).error).toBe('ctx.snooze needs a number of milliseconds, not NaN');
  });
});

describe('a pause', () => {
  it.each(['pauseForMonths', 'pauseForEver'] as const)('lasts until the run is to stop: %s', async (act) => {
    const id = await enqueue('usual', act);
    expect(await runner.tick()).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(runner.activeRuns).toBe(1);
    runner.cancel(id);
    expect(await engine.until(id, 'CANCELLED', 'SUCCESS')).toMatchObject({ status: 'CANCELLED' });
  });

  it('of nothing is over at once, and one of NaN is an error', async () => {
    const [nothing, nan] = [await enqueue('usual', 'pauseForNothing'), await enqueue('usual', 'pauseForNaN')];
    await work();
    expect(await engine.run(nothing)).toMatchObject({ status: 'SUCCESS', metadata: { waited: true } });
    expect((await engine.run(nan)).error).toBe('ctx.pause: must be a number of milliseconds, not NaN');
  });
});

it('warns once of progress that is no fraction, and takes log calls in the order of pino', async () => {
  const id = await enqueue('usual', 'reportPercent');
  await work();
  await engine.until(id, 'SUCCESS');
  const messages = await rows(`SELECT level, message, data FROM "JobRunMessage" WHERE "runId" = $1 ORDER BY seq`, id);
  expect(messages).toMatchObject([
    {
      level: 'WARN',
      message: 'ctx.progress takes a fraction from 0 to 1, and got 50; it is left out. For 50 % report 0.5.',
    },
    { level: 'INFO', message: 'Counted', data: { users: 5 } },
    { level: 'ERROR', message: 'Odd', data: { error: { message: 'Odd' } } },
  ]);
  expect(await engine.run(id)).toMatchObject({ progressMessage: 'Half' });
});
