import { randomUUID } from 'node:crypto';
import { createClient } from '@job-manager/client/client';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { cpuTimeMs } from '../testing/cpu-time.js';
import { TestEngine } from '../testing/engine.js';
import { size } from '../testing/size.js';
import { defineJob, type JobContext } from './job.js';
import type { Runner } from './runner.js';
import { catchStrayErrors } from './stray-errors.js';
import { SYSTEM } from './system-actor.js';
import { beat } from './transitions/beat.js';
import { claimDueRuns } from './transitions/claim.js';
import { finishRuns } from './transitions/finish.js';
import { writeProgress } from './transitions/progress.js';
import { releaseRuns } from './transitions/release.js';

const executions: string[] = [];
const gates = new Map<string, () => void>();

/** Does what its parameter sets. */
const actor = defineJob({
  name: 'actor',
  description: 'Does what its parameter sets',
  examples: ['tsx scripts/runJobs.ts actor'],
  algorithmVersion: '1',
  parameters: z.strictObject({ act: z.string().default('succeed') }),
  run: async (ctx, { act }) => {
    executions.push(`${ctx.runId}/${ctx.claimNo}`);
    return (await acts[act]?.(ctx)) as Record<string, unknown> | undefined;
  },
});

/** The same, without a second attempt. */
const actorOnce = defineJob({ ...actor, name: 'actor-once', maxAttempts: 1 });

/** Its schema throws, and takes its time. */
const careful = defineJob({
  name: 'careful',
  description: 'Checks twice',
  examples: ['tsx scripts/runJobs.ts careful'],
  algorithmVersion: '1',
  parameters: z.object({
    act: z
      .string()
      .transform((text) => String(JSON.parse(text)))
      .refine(async (act) => act !== 'nothing', 'must be something'),
  }),
  run: async () => ({ done: 1 }),
});

const acts: Record<string, (ctx: JobContext) => Promise<unknown>> = {
  succeed: async () => ({ done: 1 }),
  report: async (ctx) => {
    ctx.progress(0.25, 'A quarter');
    ctx.setMetadata({ rows: 3, text: 'nul \u0000 and half \ud800' });
  },
  queueOthers: async (ctx) => {
    const client = createClient({ sql: engine.database.pool });
    const request = { jobName: 'actor', parameters: { act: 'succeed' } };
    const asEvent = { ...request, trigger: 'EVENT' } as const;
    await ctx.pause(1);
    const { run } = await engine.queue.enqueue(asEvent, SYSTEM);
    const direct = await client.enqueue({ ...request, unique: { key: ctx.runId } });
    const [first, second] = await client.enqueueMany([
      { ...request, correlationId: 'its own' },
      { ...request, after: [{ index: 0 }] },
    ]);
    const batch = await engine.queue.enqueueBatch(
      { name: 'Some', runs: [request], callback: request, trigger: 'EVENT' },
      SYSTEM,
    );
    const repeated = await engine.until(run.id, 'SUCCESS');
    const again = await engine.queue.enqueue({ ...asEvent, rerunOfId: repeated.id }, SYSTEM);
    const ids = [run.id, direct.jobRunId, batch.jobRunIds[0], again.run.id, first?.jobRunId, second?.jobRunId];
    return { own: ctx.correlationId, ids };
  },
  gate: async (ctx) => {
    await new Promise<void>((open) => gates.set(ctx.runId, open));
  },
  untilStopped: async (ctx) => {
    for (;;) await ctx.pause(5);
  },
  ignoreStop: (ctx) => new Promise((resolve) => ctx.signal.addEventListener('abort', () => resolve(undefined))),
  throwError: async () => {
    throw new Error('Broken pipe to the moon', { cause: new Error('No air') });
  },
  throwString: async () => {
    throw 'just words';
  },
  throwNull: async () => {
    throw null;
  },
  throwHostileProxy: async () => {
    const refuse = () => {
      throw new Error('keep out');
    };
    throw new Proxy({}, { get: refuse, getPrototypeOf: refuse, has: refuse, ownKeys: refuse });
  },
  throwProxy: async () => {
    throw new Proxy(
      {},
      {
        get: () => {
          throw new Error('keep out');
        },
        ownKeys: () => {
          throw new Error('keep out');
        },
      },
    );
  },
  strayRejection: async (ctx) => {
    void Promise.resolve().then(() => {
      throw new Error('Not awaited');
    });
    await new Promise<void>((open) => gates.set(ctx.runId, open));
  },
  strayThrow: async (ctx) => {
    setTimeout(() => {
      throw new Error('Thrown in a timer');
    }, 1);
    await new Promise<void>((open) => gates.set(ctx.runId, open));
  },
  returnBigint: async () => ({ total: 5n }),
  returnNaN: async () => ({ ratio: 0 / 0 }),
  returnMap: async () => new Map([['counts', new Map([['a', 1]])]]),
  returnDate: async () => new Date(0),
  returnDecimal: async () => ({ digits: [1, 5], toJSON: () => '1.5' }),
  returnError: async () => new Error('kept'),
  returnCounts: async () => ({
    inputTokens: 812,
    usage: { tokens: { in: 5 } },
    cookies: 4,
    secrets: [],
    credentials: null,
    apiToken: 'sk-1',
  }),
  returnProto: async (ctx) => {
    ctx.setMetadata(JSON.parse('{"__proto__":{"a":1}}'));
    return { b: 2 };
  },
  setList: async (ctx) => {
    ctx.setMetadata(['a'] as never);
  },
  setDate: async (ctx) => {
    ctx.setMetadata(new Date(0) as never);
  },
  returnCycle: async () => {
    const cycle: Record<string, unknown> = {};
    cycle.self = cycle;
    return { cycle };
  },
  returnHuge: async () => ({ small: 1, huge: 'x'.repeat(300_000), after: 2 }),
  // By the processor's time: on a busy machine both this and the heartbeats take longer.
  blockLoop: async () => {
    const end = cpuTimeMs() + 1_000;
    while (cpuTimeMs() < end);
  },
};

const STRAY_ERRORS = ['unhandledRejection', 'uncaughtException'] as const;

let engine: TestEngine;
let releaseErrors: () => void;
beforeAll(async () => {
  engine = await TestEngine.create([actor, actorOnce, careful]);
  // vitest fails on stray errors unless its handlers are gone; the files that follow in this process need them again.
  const others = STRAY_ERRORS.map((name) => [name, process.listeners(name as 'uncaughtException')] as const);
  for (const name of STRAY_ERRORS) process.removeAllListeners(name);
  const release = catchStrayErrors(engine.events);
  releaseErrors = () => {
    release();
    for (const [name, listeners] of others) for (const listener of listeners) process.on(name, listener);
  };
});
afterEach(async () => {
  expect(await engine.violations()).toEqual({});
});
afterAll(async () => {
  await engine.close();
  releaseErrors();
});

async function runOf(act: string, jobName = 'actor') {
  const { id } = await engine.enqueue(jobName, { act });
  return id;
}

describe('a runner', () => {
  let runner: Runner;
  beforeAll(async () => {
    runner = engine.runner();
    await runner.start();
  });
  afterAll(() => runner.stop());

  it('runs a queued run to its end and keeps what it reported', async () => {
    const run = await engine.until(await runOf('report'), 'SUCCESS');
    expect(run).toMatchObject({
      progressPercent: 100,
      progressMessage: 'A quarter',
      attempt: 1,
      claimNo: 1,
      error: null,
    });
    expect(run.metadata).toEqual({ rows: 3, text: 'nul  and half \ufffd' });
    expect(Number(run.durationMs)).toBeGreaterThanOrEqual(0);
    expect(Number(run.queueDelayMs)).toBeGreaterThanOrEqual(0);
  });

  it.each([
    ['throwError', 'Broken pipe to the moon'],
    ['throwString', 'just words'],
    ['throwNull', 'The job threw null'],
    ['throwProxy', 'The job threw'],
    ['throwHostileProxy', 'The job threw something that cannot be read'],
    ['strayRejection', 'Not awaited'],
    ['strayThrow', 'Thrown in a timer'],
    ['returnBigint', "The job's result can't be kept: `total` is a bigint, which isn't JSON"],
    ['returnNaN', "The job's result can't be kept: `ratio` is NaN, which isn't JSON"],
    ['setList', 'ctx.setMetadata takes names with values, not a list'],
    ['setDate', 'ctx.setMetadata takes names with values, not a string'],
    ['returnCycle', "The job's result can't be kept: `cycle.self` contains itself, which isn't JSON"],
  ])('fails a run that does %s with a readable error', async (act, error) => {
    const run = await engine.until(await runOf(act, 'actor-once'), 'FAILED');
    expect(run.error).toContain(error);
    await engine.until(await runOf('succeed'), 'SUCCESS');
  });

  it.each([
    ['returnMap', { counts: { a: 1 } }],
    ['returnDate', { result: '1970-01-01T00:00:00.000Z' }],
    ['returnDecimal', { result: '1.5' }],
    ['returnError', { name: 'Error', message: 'kept' }],
    [
      'returnCounts',
      {
        inputTokens: 812,
        usage: { tokens: { in: 5 } },
        cookies: 4,
        secrets: [],
        credentials: null,
        apiToken: '[redacted]',
      },
    ],
    ['returnProto', JSON.parse('{"__proto__":{"a":1},"b":2}')],
  ])('keeps what JSON would empty: %s', async (act, metadata) => {
    expect((await engine.until(await runOf(act), 'SUCCESS')).metadata).toEqual(metadata);
  });

  it('gives runs that a job queues the correlation id of its run, unless they have another', async () => {
    // As a server declares it: the client package has no code of jobs.
    await engine.database.pool.query(
      `INSERT INTO "Job" (name, channel, priority, "algorithmVersion", "maxAttempts", "maxCrashes") VALUES ('actor', 'default', 0, '1', 3, 3)`,
    );
    const enqueue = async (correlationId?: string) => {
      const request = { jobName: 'actor', parameters: { act: 'queueOthers' }, correlationId, trigger: 'API' } as const;
      const { run } = await engine.queue.enqueue(request, SYSTEM);
      const { own, ids } = (await engine.until(run.id, 'SUCCESS')).metadata as { own: string | null; ids: string[] };
      const correlations = await Promise.all(ids.map(async (id) => (await engine.until(id, 'SUCCESS')).correlationId));
      return { own, correlations };
    };
    expect(await enqueue('order 12')).toEqual({
      own: 'order 12',
      correlations: [...Array(4).fill('order 12'), 'its own', 'its own'],
    });
    expect(await enqueue()).toEqual({ own: null, correlations: [...Array(4).fill(null), 'its own', 'its own'] });
    const callbacks = `SELECT r."correlationId" FROM "JobRunBatch" b JOIN "JobRun" r ON r.id = b."callbackRunId" ORDER BY 1`;
    const { rows } = await engine.database.pool.query(callbacks);
    expect(rows).toEqual([{ correlationId: 'order 12' }, { correlationId: null }]);
  });

  it('keeps the stack of an error and of its cause', async () => {
    const run = await engine.until(await runOf('throwError', 'actor-once'), 'FAILED');
    expect(run.errorStack).toMatch(/Broken pipe.*\n\s+at [\s\S]*Caused by: Error: No air/);
  });

  it('leaves out metadata beyond the limit, with a note', async () => {
    const run = await engine.until(await runOf('returnHuge'), 'SUCCESS');
    expect(run).toMatchObject({ metadata: { small: 1 }, metadataTruncated: true });
  });

  it('stops a running run that is cancelled, and notes by whom', async () => {
    const id = await runOf('untilStopped');
    await engine.until(id, 'RUNNING');
    const cancelled = await engine.queue.cancel(id, SYSTEM);
    expect(cancelled).toMatchObject({ status: 'RUNNING', cancelRequestedAt: expect.any(Date) });
    expect(await engine.until(id, 'CANCELLED')).toMatchObject({ error: null });
  });

  it('keeps the lease of a job that blocks the event loop', async () => {
    const id = await runOf('blockLoop');
    const beats = vi.fn();
    engine.events.on('leaseLost', beats);
    const run = await engine.until(id, 'SUCCESS');
    expect(beats).not.toHaveBeenCalled();
    // Beats went on while the loop stood still, and raised the revision: some 25 on an idle machine.
    expect(run.rev).toBeGreaterThan(5);
  });
});

it('wakes a sleeping runner by notification, and finds work without one', async () => {
  const sleeper = engine.runner({ pollMs: 60_000 }, await engine.listener());
  await sleeper.start();
  await engine.until(await runOf('succeed'), 'SUCCESS');
  await sleeper.stop();
  const poller = engine.runner({ pollMs: 20 });
  await poller.start();
  await engine.until(await runOf('succeed'), 'SUCCESS');
  await poller.stop();
});

it('never executes one claim twice, however many runners race', async () => {
  const ids = await Promise.all(Array.from({ length: size(100, 1_000) }, () => runOf('succeed')));
  const runners = Array.from({ length: 4 }, () => engine.runner({ concurrency: 7 }));
  await Promise.all(runners.map((runner) => runner.start()));
  await vi.waitFor(async () => {
    const left = `SELECT FROM "JobRun" WHERE id = ANY($1) AND status <> 'SUCCESS'`;
    expect((await engine.database.pool.query(left, [ids])).rowCount).toBe(0);
  });
  await Promise.all(runners.map((runner) => runner.stop()));
  for (const id of ids) expect(executions.filter((entry) => entry.startsWith(`${id}/`))).toEqual([`${id}/1`]);
});

it('claims no more than requested, whatever plan PostgreSQL chooses', async () => {
  await Promise.all(Array.from({ length: 30 }, () => runOf('succeed')));
  const client = await engine.database.pool.connect();
  try {
    await client.query('SET enable_hashjoin = off; SET enable_mergejoin = off');
    const request = { runnerId: '00000000-0000-4000-8000-000000000000', jobNames: ['actor'], most: 5 };
    const claimed = await claimDueRuns(client, request);
    expect(claimed).toHaveLength(5);
    await finishRuns(
      engine.database.pool,
      claimed.map((run) => outcome(run)),
    );
  } finally {
    client.release(true);
  }
  const runner = engine.runner({ concurrency: 30 });
  await runner.tick();
  await vi.waitFor(() => expect(runner.activeRuns).toBe(0));
});

it('claims no run before it is due', async () => {
  const id = await runOf('succeed');
  await engine.database.pool.query(
    `UPDATE "JobRun" SET "runAt" = clock_timestamp() + interval '1 hour' WHERE id = $1`,
    [id],
  );
  expect(await engine.runner().tick()).toBe(0);
  expect((await engine.run(id)).status).toBe('QUEUED');
  await engine.queue.cancel(id, SYSTEM);
});

it('leaves runs of jobs it has no code for in the queue', async () => {
  const { rows } = await engine.database.pool.query(
    `INSERT INTO "JobRun" ("jobName") VALUES ('gone-from-the-code') RETURNING id`,
  );
  expect(await engine.runner().tick()).toBe(0);
  expect((await engine.run(rows[0].id)).status).toBe('QUEUED');
  await engine.queue.cancel(rows[0].id, SYSTEM);
});

describe('draining', () => {
  it('lets running runs end', async () => {
    const runner = engine.runner({ pollMs: 20 });
    await runner.start();
    const id = await runOf('gate');
    await vi.waitFor(() => expect(gates.has(id)).toBe(true));
    const stopped = runner.stop();
    gates.get(id)?.();
    await stopped;
    expect((await engine.run(id)).status).toBe('SUCCESS');
  });

  it('releases what does not end in time, and refunds the attempt', async () => {
    const runner = engine.runner({ pollMs: 20, drainMs: 10 });
    await runner.start();
    const id = await runOf('untilStopped');
    await engine.until(id, 'RUNNING');
    await runner.stop();
    expect(await engine.run(id)).toMatchObject({ status: 'QUEUED', attempt: 0, claimNo: 1, runnerId: null });
    await engine.queue.cancel(id, SYSTEM);
  });

  it('cancels a run that was requested to stop instead of releasing it', async () => {
    const runner = engine.runner({ pollMs: 20, drainMs: 10, heartbeatMs: 60_000, stalledAfterMs: 300_000 });
    await runner.start();
    const id = await runOf('gate');
    await engine.until(id, 'RUNNING');
    await engine.queue.cancel(id, SYSTEM);
    await runner.stop();
    expect((await engine.run(id)).status).toBe('CANCELLED');
    gates.get(id)?.();
  });
});

describe('recovery', () => {
  async function claimOne(act = 'succeed') {
    const id = await runOf(act);
    const request = { runnerId: '00000000-0000-4000-8000-000000000000', jobNames: ['actor'], most: 1 };
    const [claimed] = await claimDueRuns(engine.database.pool, request);
    if (claimed?.id !== id) throw new Error('claimed another run');
    return claimed;
  }

  it('queues a stalled run again, and refuses later writes of its old runner', async () => {
    const zombie = await claimOne();
    await engine.stall(zombie.id);
    expect(await engine.rescuer.tick()).toBe(1);
    expect(await engine.run(zombie.id)).toMatchObject({ status: 'QUEUED', attempt: 0, startedAt: null });
    const suspects = async () => (await engine.database.pool.query('SELECT FROM "SuspectRun"')).rowCount;
    expect(await suspects()).toBe(1);
    // Its runner was cut off, and not taken down.
    const runnerId = '00000000-0000-4000-8000-000000000000';
    await beat(engine.database.pool, {
      runnerId,
      leases: [],
      loopLagMs: 0,
      lastClaimAgoMs: null,
      lastProgressAgoMs: null,
    });
    expect(await suspects()).toBe(0);
    expect(await finishRuns(engine.database.pool, [outcome(zombie)])).toEqual(new Set());
    const [next] = await claimDueRuns(engine.database.pool, {
      runnerId: '00000000-0000-4000-8000-000000000001',
      jobNames: ['actor'],
      most: 1,
    });
    expect(next).toMatchObject({ id: zombie.id, attempt: 1, claimNo: 2 });
    expect(await finishRuns(engine.database.pool, [outcome(zombie)])).toEqual(new Set());
    if (next) expect(await finishRuns(engine.database.pool, [outcome(next)])).toEqual(new Set([next.id]));
  });

  it('lets a zombie neither beat, report, release nor finish once its run is claimed anew', async () => {
    const sql = engine.database.pool;
    const zombie = await claimOne();
    await engine.stall(zombie.id);
    await engine.rescuer.tick();
    const [heir] = await claimDueRuns(sql, { runnerId: randomUUID(), jobNames: ['actor'], most: 1 });
    const before = await engine.run(zombie.id);
    const pulse = { runnerId: randomUUID(), loopLagMs: 0, lastClaimAgoMs: null, lastProgressAgoMs: null };
    expect((await beat(sql, { ...pulse, leases: [zombie] })).held).toEqual(new Set());
    await writeProgress(sql, [{ ...zombie, percent: 99, message: 'From beyond', steps: null }]);
    await releaseRuns(sql, [zombie]);
    await finishRuns(sql, [outcome(zombie)]);
    expect(await engine.run(zombie.id)).toEqual(before);
    if (!heir) throw new Error('no runner claimed it anew');
    expect((await beat(sql, { ...pulse, leases: [heir] })).held).toEqual(new Set([heir.leaseToken]));
    expect(await finishRuns(sql, [outcome(heir)])).toEqual(new Set([heir.id]));
  });

  it('fails a run whose attempts are used up, with the reason', async () => {
    const claimed = await claimOne();
    await engine.database.pool.query('UPDATE "JobRun" SET "maxAttempts" = 1 WHERE id = $1', [claimed.id]);
    await engine.stall(claimed.id);
    await engine.rescuer.tick();
    expect(await engine.run(claimed.id)).toMatchObject({
      status: 'FAILED',
      error: 'The runner stopped responding: no heartbeat for 5 min (attempt 1 of 1)',
    });
    // The rescuer recorded the failure; the stalled runner must not mistake it for its own.
    expect(await finishRuns(engine.database.pool, [outcome(claimed)])).toEqual(new Set());
  });

  it('never queues a run again that was requested to stop', async () => {
    const claimed = await claimOne();
    await engine.queue.cancel(claimed.id, SYSTEM);
    await engine.stall(claimed.id);
    await engine.rescuer.tick();
    expect((await engine.run(claimed.id)).status).toBe('CANCELLED');
  });

  it('takes each run back once, however many sweep', async () => {
    const claimed = [await claimOne(), await claimOne(), await claimOne()];
    await engine.stall(...claimed.map((run) => run.id));
    const taken = await Promise.all(Array.from({ length: 5 }, () => engine.queue.cleanUpStalled(SYSTEM)));
    expect(
      taken
        .flat()
        .map((run) => run.id)
        .sort(),
    ).toEqual(claimed.map((run) => run.id).sort());
    for (const { id } of claimed) await engine.queue.cancel(id, SYSTEM);
  });

  it('marks a runner without heartbeats as lost, and as active again after the next one', async () => {
    const runner = engine.runner({ heartbeatMs: 60_000, stalledAfterMs: 300_000 });
    await runner.open();
    const status = async () => (await engine.database.db.runner.findUniqueOrThrow({ where: { id: runner.id } })).status;
    // Its first beat may come in between; the next is a minute away.
    await vi.waitFor(async () => {
      await engine.database.pool.query(
        `UPDATE "Runner" SET "lastHeartbeatAt" = clock_timestamp() - interval '10 minutes' WHERE id = $1`,
        [runner.id],
      );
      await engine.rescuer.tick();
      expect(await status()).toBe('LOST');
    });
    await beat(engine.database.pool, {
      runnerId: runner.id,
      leases: [],
      loopLagMs: 0,
      lastClaimAgoMs: null,
      lastProgressAgoMs: null,
    });
    expect(await status()).toBe('ACTIVE');
    await runner.stop();
    expect(await status()).toBe('STOPPED');
  });

  it('notes once that a runner has become silent, and again when it does so another time', async () => {
    const runner = engine.runner({ heartbeatMs: 60_000, stalledAfterMs: 300_000 });
    await runner.open();
    const { pool } = engine.database;
    const silentEvents = async () => {
      const { rows } = await pool.query<{ message: string }>(
        `SELECT message FROM "RunnerEvent" WHERE "runnerId" = $1 AND kind = 'silent' ORDER BY id`,
        [runner.id],
      );
      return rows.map(({ message }) => message);
    };
    const beSilentFor = async (seconds: number) => {
      await pool.query(
        `UPDATE "Runner" SET "lastHeartbeatAt" = clock_timestamp() - $2::int * interval '1 s' WHERE id = $1`,
        [runner.id, seconds],
      );
      await engine.rescuer.tick();
      return silentEvents();
    };
    expect(await beSilentFor(45)).toEqual([]);
    // Its first beat may come in between; the next is a minute away.
    await vi.waitFor(async () =>
      expect(await beSilentFor(100)).toEqual([expect.stringMatching(/^No heartbeat for 1\d\d s$/)]),
    );
    await engine.rescuer.tick();
    expect(await silentEvents()).toHaveLength(1);
    // It beat meanwhile: the event is older than that.
    await pool.query(`UPDATE "RunnerEvent" SET at = at - interval '5 minutes' WHERE "runnerId" = $1`, [runner.id]);
    expect(await beSilentFor(120)).toHaveLength(2);
    await runner.stop();
  });

  it('distinguishes a lost answer from a lost write', async () => {
    const claimed = await claimOne();
    expect(await finishRuns(engine.database.pool, [outcome(claimed)])).toEqual(new Set([claimed.id]));
    expect(await finishRuns(engine.database.pool, [outcome(claimed)])).toEqual(new Set([claimed.id]));
  });

  it('stops an execution whose lease was taken away, and drops its outcome', async () => {
    const runner = engine.runner({ pollMs: 20, concurrency: 1 });
    await runner.start();
    const id = await runOf('untilStopped');
    await engine.until(id, 'RUNNING');
    const lost = new Promise((resolve) => engine.events.once('leaseLost', resolve));
    await engine.queue.emergencyFail({ startedBefore: new Date(Date.now() + 60_000) }, SYSTEM);
    expect(await lost).toEqual({ runId: id, jobName: 'actor' });
    await vi.waitFor(() => expect(runner.activeRuns).toBe(0));
    expect((await engine.run(id)).status).toBe('FAILED');
    await runner.stop();
  });
});

describe('cancelling', () => {
  it('ends a queued run at once: its code never starts', async () => {
    const id = await runOf('succeed');
    expect((await engine.queue.cancel(id, SYSTEM)).status).toBe('CANCELLED');
    expect(await engine.runner().tick()).toBe(0);
    expect(executions.some((entry) => entry.startsWith(`${id}/`))).toBe(false);
  });

  it('stops a run whose cancel request overtakes the answer of its claim', async () => {
    const runner = engine.runner();
    const id = await runOf('untilStopped');
    runner.cancel(id);
    await runner.tick();
    await engine.queue.cancel(id, SYSTEM);
    await engine.until(id, 'CANCELLED');
  });

  it('changes and audits nothing the second time', async () => {
    const id = await runOf('succeed');
    const first = await engine.queue.cancel(id, SYSTEM);
    expect((await engine.queue.cancel(id, SYSTEM)).rev).toBe(first.rev);
    const audited = await engine.database.pool.query(
      `SELECT 1 FROM "AuditEvent" WHERE "runId" = $1 AND action = 'run.cancel'`,
      [id],
    );
    expect(audited.rowCount).toBe(1);
  });

  it('refuses for a run that has ended or never was', async () => {
    await expect(engine.queue.cancel('999999999', SYSTEM)).rejects.toMatchObject({ code: 'UNKNOWN_RUN' });
    const id = await runOf('succeed');
    const runner = engine.runner();
    await runner.tick();
    await engine.until(id, 'SUCCESS');
    await expect(engine.queue.cancel(id, SYSTEM)).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
  });
});

describe('enqueueing', () => {
  it('answers the same run for the same idempotency key', async () => {
    const [a, b] = await Promise.all([
      engine.enqueue('actor', {}, { idempotencyKey: '1:k' }),
      engine.enqueue('actor', {}, { idempotencyKey: '1:k' }),
    ]);
    expect(a.id).toBe(b.id);
    await engine.queue.cancel(a.id, SYSTEM);
  });

  it('refuses unknown jobs and parameters that do not fit, naming the field', async () => {
    await expect(engine.enqueue('no-such-job')).rejects.toMatchObject({ code: 'UNKNOWN_JOB' });
    await expect(engine.enqueue('actor', { act: 5 })).rejects.toMatchObject({
      code: 'INVALID_PARAMETERS',
      issues: [{ path: 'parameters.act', message: 'must be a text, not a number' }],
    });
    await expect(engine.enqueue('actor', { atc: 'x' })).rejects.toThrow(
      'parameters.atc: is no parameter of this job; did you mean act?',
    );
  });

  it('refuses what a schema throws at, and waits for one that takes its time', async () => {
    const issue = (message: unknown) => ({ code: 'INVALID_PARAMETERS', issues: [{ message }] });
    const unreadable = expect.stringMatching(/^could not be read by the schema: .*JSON/);
    await expect(engine.enqueue('careful', { act: '{bad' })).rejects.toMatchObject(issue(unreadable));
    await expect(engine.enqueue('careful', { act: '"nothing"' })).rejects.toMatchObject(issue('must be something'));
    const name = 'many';
    const run = { jobName: 'careful', parameters: { act: '"nothing"' } };
    await expect(engine.queue.enqueueBatch({ name, runs: [run], trigger: 'API' }, SYSTEM)).rejects.toMatchObject({
      issues: [{ path: 'runs.0.parameters.act', message: 'must be something' }],
    });
    const { id } = await engine.enqueue('careful', { act: '"succeed"' });
    const wrong = await engine.enqueue('careful', { act: '"succeed"' });
    await engine.database.pool.query(`UPDATE "JobRun" SET parameters = '{"act": "{bad"}' WHERE id = $1`, [wrong.id]);
    await engine.runner().tick();
    expect((await engine.until(id, 'SUCCESS')).metadata).toEqual({ done: 1 });
    expect((await engine.until(wrong.id, 'FAILED')).error).toContain('could not be read by the schema');
  });

  it('links a re-run to a run that has ended, and to no other', async () => {
    const id = await runOf('succeed');
    await expect(engine.enqueue('actor', {}, { rerunOfId: id })).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
    await engine.queue.cancel(id, SYSTEM);
    const rerun = await engine.enqueue('actor', {}, { rerunOfId: id });
    expect(rerun.rerunOfId).toBe(id);
    await engine.queue.cancel(rerun.id, SYSTEM);
  });
});

function outcome(run: { id: string; leaseToken: string }) {
  const { id, leaseToken } = run;
  return {
    id,
    leaseToken,
    status: 'SUCCESS' as const,
    error: null,
    errorStack: null,
    metadata: null,
    metadataTruncated: false,
    progressPercent: null,
    progressMessage: null,
    steps: null,
  };
}
