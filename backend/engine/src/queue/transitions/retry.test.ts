import { randomUUID } from 'node:crypto';
import type { Actor } from '@job-manager/client/actor';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { TestEngine } from '../../testing/engine.js';
import { defineJob } from '../job.js';
import { notMeasured } from '../meter.js';
import { SYSTEM } from '../system-actor.js';
import { type ClaimedRun, claimDueRuns } from './claim.js';
import { type FailedAttempt, retryRuns } from './retry.js';
import { beginSuspect, clearSuspect } from './suspects.js';

const idle = defineJob({
  name: 'idle',
  description: 'Never executed here',
  examples: ['tsx scripts/runJobs.ts idle'],
  algorithmVersion: '1',
  parameters: z.strictObject({}),
  run: async () => {},
});

let engine: TestEngine;
beforeAll(async () => {
  engine = await TestEngine.create([idle]);
});
afterEach(async () => {
  for (const { id } of await rows(`SELECT id FROM "JobRun" WHERE status = 'QUEUED'`))
    await engine.queue.cancel(id, ada);
  expect(await engine.violations()).toEqual({});
});
afterAll(() => engine.close());

const ada: Actor = { ...SYSTEM, email: 'ada@example.com' };
const rows = async (sql: string, ...values: unknown[]) => (await engine.database.pool.query(sql, values)).rows;
const change = (run: { id: string }, set: string) => rows(`UPDATE "JobRun" SET ${set} WHERE id = $1`, run.id);
const notesOf = async (run: { id: string }) =>
  (await rows(`SELECT level, message FROM "JobRunMessage" WHERE "runId" = $1 ORDER BY seq`, run.id)).map(
    ({ level, message }) => `${level} ${message}`,
  );

/** Claims the run, or a new one, for a runner that exists on paper only. */
async function claim(runId?: string): Promise<ClaimedRun> {
  const id = runId ?? (await engine.enqueue('idle')).id;
  await change({ id }, '"runAt" = clock_timestamp()');
  const request = { runnerId: randomUUID(), jobNames: ['idle'], most: 1 };
  const [claimed] = await claimDueRuns(engine.database.pool, request);
  if (claimed?.id !== id) throw new Error('claimed another run');
  return claimed;
}

const failureOf = (run: ClaimedRun, more: Partial<FailedAttempt> = {}): FailedAttempt => ({
  id: run.id,
  leaseToken: run.leaseToken,
  claimNo: run.claimNo,
  error: 'It broke',
  errorStack: 'Error: It broke\n    at somewhere',
  metadata: '{"rows": 3}',
  metadataTruncated: false,
  usage: notMeasured,
  isTimeOut: false,
  isCrash: false,
  isWorthRepeating: true,
  delayMs: 7_000,
  progressPercent: 40,
  progressMessage: 'Almost half',
  steps: '[]',
  ...more,
});

/** What becomes of each run, by id. */
async function retry(...failures: FailedAttempt[]): Promise<Record<string, string | undefined>> {
  const results = await retryRuns(engine.database.pool, failures);
  return Object.fromEntries(failures.map(({ id, leaseToken }) => [id, results.get(leaseToken)]));
}

describe('a failed attempt', () => {
  it('is kept whole, and its run waits for the next', async () => {
    const run = await claim();
    const usage = { childPid: 4711, cpuMs: 12, peakMemoryBytes: 5_000_000_000, maxLoopLagMs: 3 };
    expect(await retry(failureOf(run, { usage }))).toEqual({ [run.id]: 'QUEUED' });
    const waiting = await engine.run(run.id);
    expect(waiting).toMatchObject({
      ...{ status: 'QUEUED', attempt: 1, claimNo: 1, error: 'It broke', startedAt: null, runnerId: null },
      ...{ metadata: null, progressPercent: null, progressMessage: null, steps: null, childPid: null, cpuMs: null },
    });
    const [attempt] = waiting.earlierAttempts;
    expect(attempt).toMatchObject({
      ...{ claimNo: 1, attempt: 1, outcome: 'FAILED', error: 'It broke', runnerId: expect.any(String), ...usage },
      errorStack: 'Error: It broke\n    at somewhere',
    });
    expect(Date.parse(attempt?.startedAt ?? '')).toBe(run.startedAt.getTime());
    // The one is cut to milliseconds, the other rounded.
    expect([6_999, 7_000]).toContain(waiting.runAt.getTime() - Date.parse(attempt?.endedAt ?? ''));
    expect(await notesOf(run)).toEqual(['WARN Attempt 1 of 3 failed: It broke; again in 7 s']);
    expect(await rows(`SELECT 1 FROM "AuditEvent" WHERE "runId" = $1 AND action = 'run.time-out'`, run.id)).toEqual([]);
  });

  it('is not claimed again before its time, and leaves nothing of its error then', async () => {
    const run = await claim();
    await retry(failureOf(run));
    expect(await claimDueRuns(engine.database.pool, { runnerId: randomUUID(), jobNames: ['idle'], most: 1 })).toEqual(
      [],
    );
    const next = await claim(run.id);
    expect(next).toMatchObject({ attempt: 2, claimNo: 2 });
    expect(await engine.run(run.id)).toMatchObject({ status: 'RUNNING', error: null, errorStack: null });
    await retry(failureOf(next));
    expect((await engine.run(run.id)).earlierAttempts.map(({ claimNo }) => claimNo)).toEqual([1, 2]);
  });

  it('is the last where no attempt is left, and keeps what it reported', async () => {
    const run = await claim();
    await change(run, '"maxAttempts" = 1');
    expect(await retry(failureOf(run))).toEqual({ [run.id]: 'FAILED' });
    expect(await engine.run(run.id)).toMatchObject({
      ...{ status: 'FAILED', error: 'It broke', metadata: { rows: 3 }, progressPercent: 40, steps: [] },
      ...{ earlierAttempts: [], finishedAt: expect.any(Date), startedAt: run.startedAt },
    });
    expect(await notesOf(run)).toEqual(['ERROR It broke']);
  });

  it('is the last where it is not worth another', async () => {
    const run = await claim();
    expect(await retry(failureOf(run, { isWorthRepeating: false }))).toEqual({ [run.id]: 'FAILED' });
  });

  it('never leads to another once the run was requested to stop', async () => {
    const run = await claim();
    await engine.queue.cancel(run.id, ada);
    expect(await retry(failureOf(run))).toEqual({ [run.id]: 'FAILED' });
    expect(await engine.run(run.id)).toMatchObject({ status: 'FAILED', error: 'It broke', earlierAttempts: [] });
  });

  it('leaves a run that can be cancelled while it waits', async () => {
    const run = await claim();
    await retry(failureOf(run));
    expect(await engine.queue.cancel(run.id, ada)).toMatchObject({ status: 'CANCELLED', startedAt: null });
    expect((await engine.run(run.id)).earlierAttempts).toHaveLength(1);
  });

  it('is recorded with others in one statement, each by its own lease', async () => {
    const [again, last, lost] = [await claim(), await claim(), await claim()];
    await change(last, '"maxAttempts" = 1');
    const results = await retry(failureOf(again), failureOf(last), failureOf({ ...lost, leaseToken: randomUUID() }));
    expect(results).toEqual({ [again.id]: 'QUEUED', [last.id]: 'FAILED', [lost.id]: undefined });
    expect((await engine.run(lost.id)).status).toBe('RUNNING');
    await retry(failureOf(lost));
  });

  it('records that its time was up, in the audit log as well', async () => {
    const run = await claim();
    await retry(failureOf(run, { isTimeOut: true, error: 'Timed out after 30 min', delayMs: 0 }));
    expect(await notesOf(run)).toEqual(['WARN Attempt 1 of 3 failed: Timed out after 30 min; again at once']);
    const audited = await rows(
      `SELECT "actorEmail" FROM "AuditEvent" WHERE "runId" = $1 AND action = 'run.time-out'`,
      run.id,
    );
    expect(audited).toEqual([{ actorEmail: null }]);
  });
});

describe('a runner that lost the lease', () => {
  it('repeats nothing, neither while the run waits nor while another executes it', async () => {
    const zombie = await claim();
    await engine.stall(zombie.id);
    await engine.rescuer.tick();
    const waiting = await engine.run(zombie.id);
    expect(await retry(failureOf(zombie))).toEqual({ [zombie.id]: undefined });
    expect(await engine.run(zombie.id)).toEqual(waiting);
    const heir = await claim(zombie.id);
    const running = await engine.run(zombie.id);
    expect(await retry(failureOf(zombie))).toEqual({ [zombie.id]: undefined });
    expect(await engine.run(zombie.id)).toEqual(running);
    expect(await retry(failureOf(heir))).toEqual({ [zombie.id]: 'QUEUED' });
    expect(await retry(failureOf(zombie))).toEqual({ [zombie.id]: undefined });
  });
});

describe('a runner that never received the answer', () => {
  it('receives it when it sends the same again, and changes nothing', async () => {
    const [again, last] = [await claim(), await claim()];
    await change(last, '"maxAttempts" = 1');
    const both = [failureOf(again), failureOf(last)];
    const results = await retry(...both);
    const before = [await engine.run(again.id), await engine.run(last.id)];
    expect(await retry(...both)).toEqual(results);
    expect([await engine.run(again.id), await engine.run(last.id)]).toEqual(before);
  });

  it('receives it also when the next attempt has begun', async () => {
    const first = await claim();
    await retry(failureOf(first));
    const next = await claim(first.id);
    expect(await retry(failureOf(first))).toEqual({ [first.id]: 'QUEUED' });
    expect(await engine.run(first.id)).toMatchObject({ status: 'RUNNING', claimNo: 2, messageCount: 1 });
    await retry(failureOf(next));
  });

  it('receives it when the lost statement was still under way', async () => {
    const run = await claim();
    const results = await Promise.all([retry(failureOf(run)), retry(failureOf(run)), retry(failureOf(run))]);
    expect(results).toEqual(results.map(() => ({ [run.id]: 'QUEUED' })));
    expect(await engine.run(run.id)).toMatchObject({ messageCount: 1, earlierAttempts: [{ claimNo: 1 }] });
  });
});

describe('a run whose runner was lost', () => {
  it('is never failed for it, however often, when its job had not begun', async () => {
    let run = await claim();
    for (let lost = 1; lost <= 30; lost++) {
      await engine.rescuer.recoverDeadRunner((await engine.run(run.id)).runnerId ?? '');
      expect(await engine.run(run.id)).toMatchObject({ status: 'QUEUED', crashes: 0, attempt: 0 });
      run = await claim(run.id);
    }
    expect((await notesOf(run)).at(-1)).toBe(
      'WARN The runner was lost while the job was running; the job had not begun in it, and goes back to the queue',
    );
    expect(await engine.violations()).toEqual({});
    expect(await retry(failureOf(run, { isWorthRepeating: false }))).toEqual({ [run.id]: 'FAILED' });
  });

  it('notes how many were lost with it', async () => {
    const [run, other] = [await claim(), await claim()];
    await change(other, `"runnerId" = '${(await engine.run(run.id)).runnerId}'`);
    expect(await engine.rescuer.recoverDeadRunner((await engine.run(run.id)).runnerId ?? '')).toBe(2);
    const why = 'The runner was lost while it held 2 runs';
    const again = 'back to the queue without using up an attempt; from now on it runs apart from other runs';
    for (const each of [run, other]) expect(await notesOf(each)).toEqual([`WARN ${why}; ${again}`]);
  });

  it('is failed in the end when it began apart and its runners were still lost, but not as poison', async () => {
    let run = await claim();
    for (let lost = 1; lost <= 20; lost++) {
      if (lost > 1) expect(await beginSuspect(engine.database.pool, run, false)).toBe(true);
      await engine.rescuer.recoverDeadRunner((await engine.run(run.id)).runnerId ?? '');
      if (lost < 20) run = await claim(run.id);
    }
    const { status, crashes, error } = await engine.run(run.id);
    expect([status, crashes]).toEqual(['FAILED', 0]);
    expect(error).toMatch(/^The runner was lost while the job was running; it was lost with its runner 20 times/);
  });

  it('is failed when it has a single attempt, which it may have used', async () => {
    const run = await claim();
    await change(run, '"maxAttempts" = 1');
    await engine.rescuer.recoverDeadRunner((await engine.run(run.id)).runnerId ?? '');
    const error = 'The runner was lost while the job was running (attempt 1 of 1)';
    expect(await engine.run(run.id)).toMatchObject({ status: 'FAILED', error, crashes: 0 });
  });

  it('is no suspect any more once an execution has ended, be it in failure', async () => {
    const { pool } = engine.database;
    const suspects = async () => (await rows('SELECT "runId" FROM "SuspectRun" WHERE "runId" = $1', run.id)).length;
    let run = await claim();
    await engine.rescuer.recoverDeadRunner((await engine.run(run.id)).runnerId ?? '');
    run = await claim(run.id);
    expect(await beginSuspect(pool, { ...run, leaseToken: randomUUID() }, true)).toBe(false);
    await beginSuspect(pool, run, true);
    await retry(failureOf(run));
    await clearSuspect(pool, { ...run, claimNo: 7 });
    expect(await suspects()).toBe(1);
    await clearSuspect(pool, run);
    expect(await suspects()).toBe(0);
    run = await claim(run.id);
    await engine.rescuer.recoverDeadRunner((await engine.run(run.id)).runnerId ?? '');
    expect(await suspects()).toBe(1);
    await engine.queue.cancel(run.id, SYSTEM);
    await engine.rescuer.tick();
    expect(await suspects()).toBe(0);
  });
});

describe('poison', () => {
  it('is a run whose own process crashed three times, whatever attempts are left', async () => {
    const crash = { isCrash: true, error: 'The process ended by SIGSEGV' };
    let run = await claim();
    await change(run, '"maxAttempts" = 10');
    for (const claimNo of [1, 2]) {
      expect(await retry(failureOf(run, crash))).toEqual({ [run.id]: 'QUEUED' });
      expect(await engine.run(run.id)).toMatchObject({ crashes: claimNo });
      run = await claim(run.id);
    }
    expect(run).toMatchObject({ crashes: 2, maxCrashes: 3 });
    expect(await retry(failureOf(run, crash))).toEqual({ [run.id]: 'FAILED' });
    const error = 'Stopped as poison: it took down its process 3 times. The process ended by SIGSEGV';
    expect(await engine.run(run.id)).toMatchObject({ status: 'FAILED', error, crashes: 3, attempt: 3 });
    expect((await notesOf(run)).at(-1)).toBe(`ERROR ${error}`);
  });

  it('is not a run that merely fails again after crashes', async () => {
    const run = await claim();
    await change(run, 'crashes = 2, "claimNo" = 3');
    await rows(
      `INSERT INTO "JobRunAttempt" ("runId", "claimNo", attempt, outcome, "startedAt", "endedAt", "durationMs")
       SELECT $1, n, n, 'LOST', '2026-01-01', '2026-01-01', 0 FROM generate_series(1, 2) n`,
      run.id,
    );
    expect(await retry(failureOf({ ...run, claimNo: 3 }))).toEqual({ [run.id]: 'QUEUED' });
  });

  it('is a run that crashed three runners in which it was alone', async () => {
    let run = await claim();
    const recoverRunner = async () => engine.rescuer.recoverDeadRunner((await engine.run(run.id)).runnerId ?? '');
    await change(run, '"maxAttempts" = 10');
    expect(await recoverRunner()).toBe(1);
    expect(await engine.run(run.id)).toMatchObject({ crashes: 0, attempt: 0, status: 'QUEUED' });
    for (const lost of [1, 2, 3]) {
      run = await claim(run.id);
      expect(await beginSuspect(engine.database.pool, run, true)).toBe(true);
      expect(await recoverRunner()).toBe(1);
      expect(await engine.run(run.id)).toMatchObject({
        crashes: lost,
        attempt: lost,
        status: lost === 3 ? 'FAILED' : 'QUEUED',
      });
    }
    const error = 'Stopped as poison: it took down its process 3 times. The runner was lost while the job was running';
    expect(await engine.run(run.id)).toMatchObject({ error });
    expect((await notesOf(run)).at(-1)).toBe(`ERROR ${error}`);
  });

  it('is previewed as it will be stopped, and stays what was cancelled', async () => {
    const [poison, stopping] = [await claim(), await claim()];
    await change(poison, '"maxCrashes" = 1');
    await change(stopping, '"maxCrashes" = 1');
    for (const run of [poison, stopping]) await beginSuspect(engine.database.pool, run, true);
    await engine.queue.cancel(stopping.id, ada);
    await engine.stall(poison.id, stopping.id);
    const { runs } = await engine.queue.previewCleanup();
    const stalled = 'The runner stopped responding: no heartbeat for 5 min';
    const error = `Stopped as poison: it took down its process 1 time. ${stalled}`;
    expect(runs.map(({ id, becomes, reason }) => [id, becomes, reason])).toEqual([
      [poison.id, 'FAILED', error],
      [stopping.id, 'CANCELLED', `${stalled}; cancelled, as requested`],
    ]);
    await engine.queue.cleanUpStalled(ada);
    expect(await engine.run(poison.id)).toMatchObject({ status: 'FAILED', error });
    expect(await notesOf(poison)).toEqual([`ERROR ${error} (cleaned up by ada@example.com)`]);
    expect((await engine.run(stopping.id)).status).toBe('CANCELLED');
  });
});
