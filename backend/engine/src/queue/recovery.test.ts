import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import type { Actor } from '@job-manager/client/actor';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import type { Sql } from '../store/sql.js';
import { TestEngine } from '../testing/engine.js';
import { defineJob, type JobContext } from './job.js';
import { Rescuer } from './maintenance/rescuer.js';
import { notMeasured } from './meter.js';
import { SYSTEM } from './system-actor.js';
import { beat } from './transitions/beat.js';
import { type ClaimedRun, claimDueRuns } from './transitions/claim.js';
import { finishRuns } from './transitions/finish.js';
import { releaseRuns } from './transitions/release.js';

/** Does what its parameter sets when it is to stop. */
const stubborn = defineJob({
  name: 'stubborn',
  description: 'Ends when it likes to',
  examples: ['tsx scripts/runJobs.ts stubborn'],
  algorithmVersion: '1',
  parameters: z.strictObject({ act: z.enum(['neverEnd', 'returnOnStop', 'obey', 'block']).default('neverEnd') }),
  timeoutMs: null,
  run: async (ctx, { act }) => {
    executing.set(ctx.runId, ctx);
    ctx.setMetadata({ started: true });
    await acts[act](ctx);
  },
});
const executing = new Map<string, JobContext>();
/** The runner whose thread a job blocks. */
let blockedRunnerId = '';
const acts = {
  neverEnd: () => new Promise<void>(() => {}),
  returnOnStop: (ctx: JobContext) => new Promise<void>((end) => ctx.signal.addEventListener('abort', () => end())),
  obey: async (ctx: JobContext) => {
    for (;;) await ctx.pause(5);
  },
  block: async () => {
    const program = ['--input-type=module', '-e', UNTIL_LAG_IS_SHOWN, engine.database.url, blockedRunnerId];
    execFileSync(process.execPath, program, { cwd: import.meta.dirname, timeout: 15_000 });
  },
};

/** Ends once the database shows that the runner's event loop is behind. */
const UNTIL_LAG_IS_SHOWN = `
  import { setTimeout as delay } from 'node:timers/promises';
  import pg from 'pg';
  const client = new pg.Client(process.argv[1]);
  await client.connect();
  const read = () => client.query('SELECT FROM "Runner" WHERE id = $1 AND "loopLagMs" > 500', [process.argv[2]]);
  while ((await read()).rowCount === 0) await delay(20);
  await client.end();`;

let engine: TestEngine;
let ada: Actor;
beforeAll(async () => {
  engine = await TestEngine.create([stubborn]);
  const { id } = await engine.database.db.user.create({ data: { email: 'ada@example.com' } });
  ada = { ...SYSTEM, userId: id, email: 'ada@example.com', ip: '10.0.0.1' };
});
afterEach(async () => {
  for (const { id } of await rows(`SELECT id FROM "JobRun" WHERE status = 'QUEUED'`))
    await engine.queue.cancel(id, ada);
  expect(await engine.violations()).toEqual({});
});
afterAll(() => engine.close());

const rows = async (sql: string, ...values: unknown[]) => (await engine.database.pool.query(sql, values)).rows;

/** Claims a new run for a runner that exists on paper only. */
async function claimOne(runnerId = randomUUID()): Promise<ClaimedRun> {
  const { id } = await engine.enqueue('stubborn');
  const [claimed] = await claimDueRuns(engine.database.pool, { runnerId, jobNames: ['stubborn'], most: 1 });
  if (claimed?.id !== id) throw new Error('claimed another run');
  return claimed;
}

const change = (run: { id: string }, set: string) => rows(`UPDATE "JobRun" SET ${set} WHERE id = $1`, run.id);
const notesOf = async (run: { id: string }) =>
  (await rows(`SELECT level, source, message FROM "JobRunMessage" WHERE "runId" = $1 ORDER BY seq`, run.id)).map(
    ({ level, source, message }) => `${level} ${source} ${message}`,
  );
const auditOf = (run: { id: string }, action: string) =>
  rows(`SELECT "actorEmail", ip, details FROM "AuditEvent" WHERE "runId" = $1 AND action = $2`, run.id, action);
const attemptsOf = async (run: { id: string }) => (await engine.run(run.id)).earlierAttempts;

/** Later writes of the runner of this claim must change nothing. */
async function expectFenced(zombie: ClaimedRun): Promise<void> {
  const sql = engine.database.pool;
  const before = await engine.run(zombie.id);
  const pulse = { runnerId: randomUUID(), loopLagMs: 0, lastClaimAgoMs: null, lastProgressAgoMs: null };
  expect((await beat(sql, { ...pulse, leases: [zombie] })).held).toEqual(new Set());
  await releaseRuns(sql, [zombie]);
  expect(await finishRuns(sql, [successOf(zombie)])).toEqual(new Set());
  expect(await engine.run(zombie.id)).toEqual(before);
}

const successOf = ({ id, leaseToken }: ClaimedRun) => ({
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
});

describe('taking back a stalled run', () => {
  it('keeps the lost execution and notes what happened', async () => {
    const lost = await claimOne();
    await change(lost, `steps = '[]'`);
    await engine.stall(lost.id);
    await engine.rescuer.tick();
    expect(await engine.run(lost.id)).toMatchObject({ status: 'QUEUED', steps: null, error: null });
    expect(await attemptsOf(lost)).toMatchObject([
      {
        claimNo: 1,
        attempt: 1,
        outcome: 'LOST',
        error: 'The runner stopped responding: no heartbeat for 5 min',
        runnerId: expect.any(String),
      },
    ]);
    expect(await notesOf(lost)).toEqual([
      'WARN SYSTEM The runner stopped responding: no heartbeat for 5 min; back to the queue without using up an attempt; from now on it runs apart from other runs',
    ]);
  });

  it('notes that the last attempt was lost', async () => {
    const lost = await claimOne();
    await change(lost, '"maxAttempts" = 1');
    await engine.stall(lost.id);
    expect((await engine.queue.cleanUpStalled(ada)).map(({ id }) => id)).toEqual([lost.id]);
    expect(await attemptsOf(lost)).toEqual([]);
    expect(await notesOf(lost)).toEqual([
      'ERROR SYSTEM The runner stopped responding: no heartbeat for 5 min; failed: attempt 1 of 1 was the last (cleaned up by ada@example.com)',
    ]);
    expect(await auditOf(lost, 'run.recover')).toMatchObject([{ actorEmail: 'ada@example.com', ip: '10.0.0.1' }]);
  });

  it('fails what an external program left, after the time it was given', async () => {
    const [stalled, reporting] = [await claimOne(), await claimOne()];
    await change(
      stalled,
      `"maxAttempts" = 1, "inactivityTimeoutMs" = 600000, "lastHeartbeatAt" = clock_timestamp() - interval '601 s'`,
    );
    await change(
      reporting,
      `"maxAttempts" = 1, "inactivityTimeoutMs" = 600000, "lastHeartbeatAt" = clock_timestamp() - interval '590 s'`,
    );
    await engine.rescuer.tick();
    expect(await engine.run(stalled.id)).toMatchObject({
      status: 'FAILED',
      error: 'No progress, message or heartbeat for 10 min',
    });
    expect((await engine.run(reporting.id)).status).toBe('RUNNING');
    expect((await notesOf(stalled))[0]).toContain('ERROR SYSTEM No progress, message or heartbeat for 10 min');
    await expectFenced(stalled);
    await finishRuns(engine.database.pool, [successOf(reporting)]);
  });

  it('is previewed as it will be', async () => {
    const [again, last, stopping, healthy] = [await claimOne(), await claimOne(), await claimOne(), await claimOne()];
    await change(last, 'attempt = 1, "maxAttempts" = 1');
    await engine.queue.cancel(stopping.id, ada);
    await engine.stall(again.id, last.id, stopping.id);
    const { runs } = await engine.queue.previewCleanup();
    expect(runs.map(({ id, becomes, reason }) => [id, becomes, reason])).toEqual([
      [
        again.id,
        'QUEUED',
        'The runner stopped responding: no heartbeat for 5 min; back to the queue without using up an attempt; from now on it runs apart from other runs',
      ],
      [last.id, 'FAILED', 'The runner stopped responding: no heartbeat for 5 min; failed: attempt 1 of 1 was the last'],
      [stopping.id, 'CANCELLED', 'The runner stopped responding: no heartbeat for 5 min; cancelled, as requested'],
    ]);
    const cleaned = await engine.queue.cleanUpStalled(ada);
    expect(cleaned.map(({ id, status }) => [id, status]).sort()).toEqual(
      runs.map(({ id, becomes }) => [id, becomes]).sort(),
    );
    expect((await engine.queue.previewCleanup()).runs).toEqual([]);
    await finishRuns(engine.database.pool, [successOf(healthy)]);
  });

  it('changes only the named runs, where they are still stalled', async () => {
    const [chosen, other, recovered] = [await claimOne(), await claimOne(), await claimOne()];
    await engine.stall(chosen.id, other.id, recovered.id);
    await change(recovered, '"lastHeartbeatAt" = clock_timestamp()');
    const cleaned = await engine.queue.cleanUpStalled(ada, [chosen.id, recovered.id, '999999999']);
    expect(cleaned.map(({ id }) => id)).toEqual([chosen.id]);
    expect((await engine.run(other.id)).status).toBe('RUNNING');
    await finishRuns(engine.database.pool, [successOf(other), successOf(recovered)]);
  });

  it('takes all of them, however many', async () => {
    const runner = randomUUID();
    await rows(
      `INSERT INTO "JobRun" ("jobName", status, attempt, "claimNo", "leaseToken", "runnerId", "startedAt", "lastHeartbeatAt")
       SELECT 'stubborn', 'RUNNING', 1, 1, gen_random_uuid(), $1, now(), now() FROM generate_series(1, 1100)`,
      runner,
    );
    expect(await engine.rescuer.recoverDeadRunner(runner)).toBe(1_100);
    const [left] = await rows(`SELECT count(*)::int AS runs FROM "JobRun" WHERE status = 'QUEUED'`);
    expect(left?.runs).toBe(1_100);
    await rows(
      `DELETE FROM "JobRun" WHERE status = 'QUEUED'; DELETE FROM "JobRunAttempt" WHERE "runId" NOT IN (SELECT id FROM "JobRun");
       DELETE FROM "JobRunMessage" WHERE "runId" NOT IN (SELECT id FROM "JobRun")`,
    );
  });
});

describe('settings of a job', () => {
  const set = (change: Parameters<typeof engine.queue.jobs.set>[1]) => engine.queue.jobs.set('stubborn', change, ada);
  const stallFor = (run: { id: string }, seconds: number) =>
    change(run, `"lastHeartbeatAt" = clock_timestamp() - ${seconds} * interval '1 s'`);
  afterEach(() => engine.queue.jobs.reset('stubborn', ada));

  it('set when its runs are stalled, and that these fail', async () => {
    await set({ stalledAfterMs: 600_000, onStalled: 'fail' });
    const lost = await claimOne();
    await stallFor(lost, 590);
    await engine.rescuer.tick();
    expect((await engine.run(lost.id)).status).toBe('RUNNING');
    await stallFor(lost, 601);
    const why = 'The runner stopped responding: no heartbeat for 10 min';
    expect((await engine.queue.previewCleanup()).runs).toMatchObject([
      {
        id: lost.id,
        becomes: 'FAILED',
        reason: `${why}; failed: stalled runs of this job fail, as operators have set`,
      },
    ]);
    await engine.rescuer.tick();
    expect(await engine.run(lost.id)).toMatchObject({
      status: 'FAILED',
      error: `${why}; stalled runs of this job fail, as operators have set`,
    });
  });

  it('let a run with a single attempt run again, and set a shorter time', async () => {
    await set({ stalledAfterMs: 90_000, onStalled: 'again' });
    const lost = await claimOne();
    await change(lost, '"maxAttempts" = 1');
    await stallFor(lost, 91);
    await engine.rescuer.tick();
    expect(await engine.run(lost.id)).toMatchObject({ status: 'QUEUED', attempt: 0 });
  });

  it('set no time shorter than three heartbeats', async () => {
    await expect(set({ stalledAfterMs: 89_999 })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      issues: [{ path: 'stalledAfterMs', message: 'must be at least 90000, the time of three heartbeats' }],
    });
  });

  it('have the sweep fail a run that ignores its cancel for too long', async () => {
    const [ignoring, stopping] = [await claimOne(), await claimOne()];
    for (const { id } of [ignoring, stopping]) await engine.queue.cancel(id, ada);
    await change(ignoring, `"cancelRequestedAt" = clock_timestamp() - interval '61 s'`);
    await engine.rescuer.tick();
    expect((await engine.run(ignoring.id)).status).toBe('RUNNING');
    await set({ autoForceFailAfterMs: 60_000 });
    await engine.rescuer.tick();
    expect(await engine.run(ignoring.id)).toMatchObject({
      status: 'FAILED',
      error: 'Force-failed by the system: it went on for 60 s after its cancel',
    });
    expect((await engine.run(stopping.id)).status).toBe('RUNNING');
    await engine.queue.forceFail(stopping.id, ada, { graceMs: 0 });
  });
});

it('has ended a sweep that is under way when it has been stopped', async () => {
  let answer = () => {};
  const answered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const query = vi.fn(async () => {
    await answered;
    return { rows: [] };
  });
  const { events, notifier } = engine;
  const timing = { stalledAfterMs: 1, heartbeatMs: 1, sweepMs: 1 };
  const rescuer = new Rescuer({ sql: { query } as unknown as Sql, events, notifier, ...timing });
  rescuer.start();
  await vi.waitFor(() => expect(query).toHaveBeenCalled());
  const onStopped = vi.fn();
  const stopped = rescuer.stop().then(onStopped);
  await new Promise((resolve) => setImmediate(resolve));
  expect(onStopped).not.toHaveBeenCalled();
  answer();
  await stopped;
  const calls = query.mock.calls.length;
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(query.mock.calls.length).toBe(calls);
});

describe('releasing', () => {
  it('keeps its former runner from a run that another has claimed', async () => {
    const zombie = await claimOne();
    await releaseRuns(engine.database.pool, [zombie]);
    const request = { runnerId: randomUUID(), jobNames: ['stubborn'], most: 1 };
    const [again] = await claimDueRuns(engine.database.pool, request);
    expect(again?.id).toBe(zombie.id);
    await expectFenced(zombie);
    expect(await finishRuns(engine.database.pool, [successOf(again as ClaimedRun)])).toEqual(new Set([zombie.id]));
  });

  it('gives each run its own end, in whatever order they come, and that of a former runner to none', async () => {
    const zombie = await claimOne();
    await releaseRuns(engine.database.pool, [zombie]);
    const request = { runnerId: randomUUID(), jobNames: ['stubborn'], most: 1 };
    const [again] = await claimDueRuns(engine.database.pool, request);
    const [failed, plain] = [await claimOne(), await claimOne()];
    const ends = [
      { ...successOf(plain), metadata: '{"of":"plain, \\"and\\" {last}"}' },
      { ...successOf(zombie), error: 'zombie' },
      { ...successOf(failed), status: 'FAILED' as const, error: 'NULL', errorStack: 'at a, {b}' },
      { ...successOf(again as ClaimedRun), metadataTruncated: true, usage: { ...notMeasured, cpuMs: 7 } },
    ];
    for (const order of [ends, ends.toReversed()])
      expect(await finishRuns(engine.database.pool, order)).toEqual(new Set([zombie.id, failed.id, plain.id]));
    const ended = await rows(
      `SELECT status, error, "errorStack", metadata, "metadataTruncated", "cpuMs", "progressPercent" FROM "JobRun" WHERE id = ANY($1) ORDER BY id`,
      [zombie.id, failed.id, plain.id],
    );
    const usual = { status: 'SUCCESS', error: null, errorStack: null, metadata: null, metadataTruncated: false };
    expect(ended).toEqual([
      { ...usual, metadataTruncated: true, cpuMs: 7, progressPercent: 100 },
      { ...usual, status: 'FAILED', error: 'NULL', errorStack: 'at a, {b}', cpuMs: null, progressPercent: null },
      { ...usual, metadata: { of: 'plain, "and" {last}' }, cpuMs: null, progressPercent: 100 },
    ]);
  });

  it('keeps the execution without using up an attempt, with a message', async () => {
    const run = await claimOne();
    await releaseRuns(engine.database.pool, [run]);
    expect(await attemptsOf(run)).toMatchObject([{ claimNo: 1, attempt: 1, outcome: 'RELEASED', error: null }]);
    const noted = await rows(`SELECT attempt, level, message FROM "JobRunMessage" WHERE "runId" = $1`, run.id);
    expect(noted).toEqual([
      {
        attempt: 1,
        level: 'INFO',
        message: 'The runner was stopped; released to the queue, without using up an attempt',
      },
    ]);
  });
});

it('notes on a run who cancelled it', async () => {
  const running = await claimOne();
  const queued = await engine.enqueue('stubborn');
  expect(await engine.queue.cancel(queued.id, ada)).toMatchObject({ status: 'CANCELLED', messageCount: 1 });
  await engine.queue.cancel(running.id, ada);
  await engine.queue.cancel(running.id, ada);
  expect(await notesOf(queued)).toEqual(['INFO SYSTEM Cancelled while queued, by ada@example.com']);
  expect(await notesOf(running)).toEqual(['INFO SYSTEM Cancel requested by ada@example.com']);
  await finishRuns(engine.database.pool, [successOf(running)]);
});

describe('force-failing', () => {
  const requestedLongAgo = `"cancelRequestedAt" = clock_timestamp() - interval '31 s'`;

  it('fails a run that ignores its cancel, and lets its zombie write nothing more', async () => {
    const zombie = await claimOne();
    await engine.queue.cancel(zombie.id, ada);
    await change(zombie, requestedLongAgo);
    const failed = await engine.queue.forceFail(zombie.id, ada, { reason: 'It hangs \u0000' });
    expect(failed).toMatchObject({
      status: 'FAILED',
      error: 'Force-failed by ada@example.com: It hangs ',
      errorCount: 1,
    });
    expect(Number(failed.durationMs)).toBeGreaterThanOrEqual(0);
    await expectFenced(zombie);
    expect(await notesOf(zombie)).toEqual([
      'INFO SYSTEM Cancel requested by ada@example.com',
      'ERROR SYSTEM Force-failed by ada@example.com: It hangs ',
    ]);
    expect(await auditOf(zombie, 'run.force-fail')).toEqual([
      { actorEmail: 'ada@example.com', ip: '10.0.0.1', details: { reason: 'It hangs ' } },
    ]);
  });

  it('requests a run to stop first, and fails it after its grace period', async () => {
    const [patient, hurried] = [await claimOne(), await claimOne()];
    const requested = await engine.queue.forceFail(patient.id, ada, { graceMs: 60_000, reason: 'It hangs' });
    expect(requested).toMatchObject({ status: 'RUNNING', cancelRequestedByEmail: 'ada@example.com' });
    expect(await engine.queue.forceFail(hurried.id, ada, { graceMs: 0 })).toMatchObject({ status: 'FAILED' });
    await expectFenced(hurried);

    // As when the process of the call has ended since.
    expect(await engine.rescuer.tick()).toBe(0);
    await change(patient, `"cancelRequestedAt" = clock_timestamp() - interval '61 s'`);
    expect(await engine.rescuer.tick()).toBe(1);
    expect(await engine.run(patient.id)).toMatchObject({
      status: 'FAILED',
      error: 'Force-failed by ada@example.com: It hangs',
    });
    expect(await notesOf(patient)).toEqual([
      'INFO SYSTEM Asked to stop, or to be force-failed after 60 s, by ada@example.com: It hangs',
      'ERROR SYSTEM Force-failed by ada@example.com: It hangs',
    ]);
    expect(await auditOf(patient, 'run.ask-force-fail')).toEqual([
      { actorEmail: 'ada@example.com', ip: '10.0.0.1', details: { graceMs: 60_000, reason: 'It hangs' } },
    ]);
  });

  it('fails it in time by itself, and leaves alone what has stopped', async () => {
    const [stubborn, obedient] = [await claimOne(), await claimOne()];
    // Long enough to stop within it on a busy machine; the request to the stubborn one is later, so its grace period
    // ends later.
    const request = { graceMs: 1_000 };
    await engine.queue.forceFail(obedient.id, ada, request);
    await finishRuns(engine.database.pool, [{ ...successOf(obedient), status: 'CANCELLED' }]);
    await engine.queue.forceFail(stubborn.id, ada, request);
    await engine.until(stubborn.id, 'FAILED');
    expect((await engine.run(obedient.id)).status).toBe('CANCELLED');
  });

  it('refuses a run that is not running', async () => {
    const run = await claimOne();
    await finishRuns(engine.database.pool, [successOf(run)]);
    const waiting = await engine.enqueue('stubborn');
    const forceFail = (id: string) => engine.queue.forceFail(id, ada, { graceMs: 0 });
    await expect(forceFail(run.id)).rejects.toMatchObject({
      code: 'NOT_ALLOWED',
      message: expect.stringContaining('is SUCCESS; only RUNNING'),
    });
    await expect(forceFail(waiting.id)).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
    await expect(forceFail('999999999')).rejects.toMatchObject({ code: 'UNKNOWN_RUN' });
    expect(await auditOf(run, 'run.ask-force-fail')).toEqual([]);
    await engine.queue.cancel(waiting.id, ada);
  });

  it('ends a run once, whichever comes first', async () => {
    const sql = engine.database.pool;
    const runs = await Promise.all(Array.from({ length: 12 }, () => engine.enqueue('stubborn')));
    const claimed = await claimDueRuns(sql, { runnerId: randomUUID(), jobNames: ['stubborn'], most: 12 });
    expect(claimed).toHaveLength(runs.length);
    await Promise.all(claimed.map((run) => change(run, requestedLongAgo)));
    await Promise.all(
      claimed.flatMap((run) => [
        engine.queue.forceFail(run.id, ada).catch(() => {}),
        finishRuns(sql, [successOf(run)]),
        engine.queue.forceFail(run.id, ada).catch(() => {}),
      ]),
    );
    for (const run of claimed) {
      const { status, errorCount } = await engine.run(run.id);
      expect([status, errorCount]).toEqual(status === 'SUCCESS' ? ['SUCCESS', 0] : ['FAILED', 1]);
    }
  });
});

describe('emergency cleanup', () => {
  it('fails exactly the running runs of the preview', async () => {
    const [first, second] = [await claimOne(), await claimOne()];
    await change(second, `"startedAt" = "startedAt" - interval '1 s'`);
    const queued = await engine.enqueue('stubborn');
    const { runs, serverTime } = await engine.queue.previewEmergency();
    expect(runs.map(({ id }) => id)).toEqual([first.id, second.id]);
    await vi.waitFor(async () => {
      const [clock] = await rows("SELECT clock_timestamp() > $1::timestamptz + interval '2 ms' AS later", serverTime);
      expect(clock?.later).toBe(true);
    });
    await engine.queue.cancel(queued.id, ada);
    const later = await claimOne();
    const request = { startedBefore: serverTime, reason: 'The disk is full' };
    const failed = await engine.queue.emergencyFail(request, ada);
    expect(failed.map(({ id, status }) => [id, status])).toEqual([
      [first.id, 'FAILED'],
      [second.id, 'FAILED'],
    ]);
    expect((await engine.run(later.id)).status).toBe('RUNNING');
    for (const run of [first, second]) {
      await expectFenced(run);
      expect(await notesOf(run)).toEqual(['ERROR SYSTEM Emergency cleanup by ada@example.com: The disk is full']);
      expect(await auditOf(run, 'run.emergency-fail')).toMatchObject([
        { actorEmail: 'ada@example.com', details: { reason: 'The disk is full' } },
      ]);
    }
    expect(await engine.queue.emergencyFail(request, ada)).toEqual([]);
    await finishRuns(engine.database.pool, [successOf(later)]);
  });

  it('leaves out none of a thousand, though they beat and end meanwhile', async () => {
    const sql = engine.database.pool;
    await rows(
      `INSERT INTO "JobRun" ("jobName", status, attempt, "claimNo", "leaseToken", "runnerId", "startedAt", "lastHeartbeatAt")
       SELECT 'stubborn', 'RUNNING', 1, 1, gen_random_uuid(), gen_random_uuid(), now(), now() FROM generate_series(1, 1200)`,
    );
    const leases = (await rows(`SELECT id, "leaseToken" FROM "JobRun" WHERE status = 'RUNNING'`)) as ClaimedRun[];
    const pulse = { runnerId: randomUUID(), loopLagMs: 0, lastClaimAgoMs: null, lastProgressAgoMs: null };
    const { serverTime } = await engine.queue.previewEmergency();
    const [failed] = await Promise.all([
      engine.queue.emergencyFail({ startedBefore: serverTime }, ada),
      beat(sql, { ...pulse, leases }),
      finishRuns(sql, leases.slice(0, 100).map(successOf)).catch(() => new Set()),
      beat(sql, { ...pulse, leases }),
    ]);
    const [left] = await rows(`SELECT count(*)::int AS running FROM "JobRun" WHERE status = 'RUNNING'`);
    expect(left?.running).toBe(0);
    expect(failed.length).toBeGreaterThanOrEqual(1_100);
  });

  it('waits for a run that something else holds this instant', async () => {
    const run = await claimOne();
    const holder = await engine.database.pool.connect();
    await holder.query('BEGIN');
    await holder.query('SELECT 1 FROM "JobRun" WHERE id = $1 FOR UPDATE', [run.id]);
    const failing = engine.queue.emergencyFail({ startedBefore: new Date(Date.now() + 60_000) }, ada);
    await vi.waitFor(async () => {
      const waiting = await rows(
        `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      expect(waiting).toHaveLength(1);
    });
    await holder.query('COMMIT');
    holder.release();
    expect((await failing).map(({ id }) => id)).toEqual([run.id]);
  });

  it('notifies the runner at once, and frees its slot though the job never returns', async () => {
    const settings = { concurrency: 1, heartbeatMs: 60_000, stalledAfterMs: 300_000 };
    const runner = engine.runner(settings, await engine.listener());
    await runner.open();
    const hasBeaten = `SELECT 1 FROM "Runner" WHERE id = $1 AND "lastHeartbeatAt" > "startedAt" + interval '20 ms'`;
    await vi.waitFor(async () => expect(await rows(hasBeaten, runner.id)).toHaveLength(1));
    const { id } = await engine.enqueue('stubborn', { act: 'neverEnd' });
    await runner.tick();
    await engine.queue.emergencyFail({ startedBefore: new Date(Date.now() + 60_000) }, ada);
    await vi.waitFor(() => expect(executing.get(id)?.signal.aborted).toBe(true));
    await vi.waitFor(() => expect(runner.activeRuns).toBe(0));
    const next = await engine.enqueue('stubborn', { act: 'returnOnStop' });
    expect(await runner.tick()).toBe(1);
    executing.get(id)?.log.info('From beyond');
    executing.get(id)?.progress(0.9);
    runner.cancel(next.id);
    await engine.until(next.id, 'SUCCESS');
    await runner.stop();
    expect(await engine.run(id)).toMatchObject({ status: 'FAILED', messageCount: 1, progressPercent: null });
  });
});

describe('a run that takes too long', () => {
  it.each(['obey', 'returnOnStop', 'neverEnd'] as const)(
    'is failed by its runner, though the job does this: %s',
    async (act) => {
      const runner = engine.runner({ concurrency: 1 });
      const { id } = await engine.enqueue('stubborn', { act });
      await change({ id }, '"timeoutMs" = 200, "maxAttempts" = 1');
      await runner.tick();
      const run = await engine.until(id, 'FAILED');
      expect(run).toMatchObject({
        error: 'Timed out after 200 ms',
        attempt: 1,
        errorCount: 1,
        metadata: { started: true },
      });
      expect(await notesOf(run)).toEqual(['ERROR SYSTEM Timed out after 200 ms']);
      expect(await auditOf(run, 'run.time-out')).toMatchObject([{ actorEmail: null }]);
      await vi.waitFor(() => expect(runner.activeRuns).toBe(0));
      executing.get(id)?.log.info('From beyond');
      executing.get(id)?.setMetadata({ late: true });
      await runner.stop();
      expect(await engine.run(id)).toMatchObject({ messageCount: 1, metadata: { started: true }, rev: run.rev });
    },
  );

  it('is cancelled where that was requested first, and the job stops', async () => {
    const runner = engine.runner({ concurrency: 1 });
    const { id } = await engine.enqueue('stubborn', { act: 'obey' });
    await change({ id }, '"timeoutMs" = 60000');
    await runner.tick();
    await engine.until(id, 'RUNNING');
    await engine.queue.cancel(id, ada);
    runner.cancel(id);
    expect(await engine.until(id, 'CANCELLED')).toMatchObject({ error: null });
    await runner.stop();
  });

  it('is failed by the sweep where its runner does not act', async () => {
    const [zombie, inTime, limitless] = [await claimOne(), await claimOne(), await claimOne()];
    await change(zombie, `"timeoutMs" = 60000, "maxAttempts" = 1, "startedAt" = clock_timestamp() - interval '76 s'`);
    await change(inTime, `"timeoutMs" = 60000, "startedAt" = clock_timestamp() - interval '70 s'`);
    await change(limitless, `"startedAt" = clock_timestamp() - interval '2 days'`);
    const timedOut = new Promise((resolve) => engine.events.once('runsTimedOut', resolve));
    expect(await engine.rescuer.tick()).toBe(1);
    expect(await timedOut).toMatchObject({ runs: [{ id: zombie.id }] });
    expect(await engine.run(zombie.id)).toMatchObject({ status: 'FAILED', error: 'Timed out after 60 s' });
    await expectFenced(zombie);
    expect(await notesOf(zombie)).toEqual(['ERROR SYSTEM Timed out after 60 s']);
    await finishRuns(engine.database.pool, [successOf(inTime), successOf(limitless)]);
    expect((await engine.run(inTime.id)).status).toBe('SUCCESS');
  });

  it('is left to recovery where its runner stopped its heartbeats before the time was up', async () => {
    const lost = await claimOne();
    await change(
      lost,
      `"timeoutMs" = 60000, "startedAt" = clock_timestamp() - interval '5 min', "lastHeartbeatAt" = clock_timestamp() - interval '4 min 10 s'`,
    );
    expect(await engine.rescuer.tick()).toBe(0);
    await engine.stall(lost.id);
    await engine.rescuer.tick();
    expect((await engine.run(lost.id)).status).toBe('QUEUED');
  });

  it('has its limit from the job, or none', async () => {
    expect((await engine.enqueue('stubborn')).timeoutMs).toBeNull();
  });
});

it('shows the lag of a blocked event loop while it is blocked', async () => {
  const runner = engine.runner({ concurrency: 1, heartbeatMs: 50 });
  await runner.open();
  const lag = async () => (await rows('SELECT "loopLagMs" FROM "Runner" WHERE id = $1', runner.id))[0]?.loopLagMs;
  await vi.waitFor(async () => expect(await lag()).toBeGreaterThan(0));
  blockedRunnerId = runner.id;
  const { id } = await engine.enqueue('stubborn', { act: 'block' });
  await runner.tick();
  // It fails where the lag was not shown within 15 s.
  expect((await engine.until(id, 'SUCCESS', 'FAILED')).error).toBeNull();
  await runner.stop();
});
