import { fork } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { type CompiledPrograms, compilePrograms } from '../testing/compiled-programs.js';
import { jobs } from '../testing/crashing-jobs.js';
import { TestEngine } from '../testing/engine.js';
import { defineJob } from './job.js';
import type { Runner } from './runner.js';
import { Suspects } from './suspects.js';
import { SYSTEM } from './system-actor.js';

const RUNNER = new URL('../testing/crashing-runner.ts', import.meta.url);
const JOBS = new URL('../testing/crashing-jobs.ts', import.meta.url);
const MAX_DEATHS = 40;

const opened = new Map<string, () => void>();
const gate = defineJob({
  name: 'gate',
  description: 'Ends when the test ends it',
  examples: ['nothing runs it'],
  algorithmVersion: '1',
  parameters: z.strictObject({}),
  run: (ctx) => new Promise<void>((end) => opened.set(ctx.runId, end)),
});

let programs: CompiledPrograms;
let engine: TestEngine;
beforeAll(async () => {
  programs = await compilePrograms(RUNNER, JOBS);
  engine = await TestEngine.create([...jobs, gate]);
});
afterEach(async () => {
  expect(await engine.violations()).toEqual({});
});
afterAll(async () => {
  await engine.close();
  await programs.remove();
});

const rows = async (sql: string, ...values: unknown[]) => (await engine.database.pool.query(sql, values)).rows;

/** Thirty runs, some of which kill their process, and a runner that is replaced whenever it ends. */
async function runThrough(crashes: Record<number, string>) {
  const runs = Array.from({ length: 30 }, (_, at) => ({
    jobName: 'crashing',
    parameters: { ms: 100, ...(crashes[at] && { end: crashes[at] }) },
  }));
  const { jobRunIds: runIds } = await engine.queue.enqueueBatch({ name: 'thirty', runs, trigger: 'MANUAL' }, SYSTEM);
  const env = { ...process.env, DATABASE_URL: engine.database.url, JOBS_MODULE: programs.urlOf(JOBS) };
  let lostRunners = 0;
  for (; lostRunners < MAX_DEATHS; lostRunners++) {
    const runner = fork(fileURLToPath(RUNNER), { env });
    const over = new AbortController();
    const exited = new Promise<'died'>((resolve) => runner.once('exit', () => resolve('died')));
    const runnerId = new Promise<string>((resolve) => runner.once('message', (id) => resolve(String(id))));
    const end = await Promise.race([exited, untilEnded(runIds, over.signal)]);
    over.abort();
    if (end === 'ended') {
      runner.kill();
      await exited;
      break;
    }
    await engine.rescuer.recoverDeadRunner(await runnerId);
  }
  const ended = await rows(
    `SELECT id, status, error, crashes, "claimNo" FROM "JobRun" WHERE id = ANY($1) ORDER BY id`,
    runIds,
  );
  return { lostRunners, ended };
}

async function untilEnded(runIds: string[], signal: AbortSignal): Promise<'ended'> {
  for (;;) {
    const [left] = await rows(
      `SELECT count(*)::int AS runs FROM "JobRun" WHERE id = ANY($1) AND "finishedAt" IS NULL`,
      runIds,
    );
    if (left?.runs === 0 || signal.aborted) return 'ended';
    await delay(50);
  }
}

const byStatus = (ended: { status: string }[]) => {
  const count = (status: string) => ended.filter((run) => run.status === status).length;
  return { SUCCESS: count('SUCCESS'), FAILED: count('FAILED') };
};

it('fails three that kill their process in three ways and no other run, with one loss of the runner', {
  timeout: 90_000,
}, async () => {
  const { lostRunners, ended } = await runThrough({ 4: 'kill', 7: 'exit', 8: 'abort' });
  expect(byStatus(ended)).toEqual({ SUCCESS: 27, FAILED: 3 });
  const failed = ended.filter(({ status }) => status === 'FAILED');
  expect(failed.map(({ crashes }) => crashes)).toEqual([3, 3, 3]);
  for (const { error } of failed) expect(error).toMatch(/^Stopped as poison: it took down its process 3 times/);
  // All three were with the first.
  expect(lostRunners).toBe(1);
});

describe('a runner whose jobs can have no processes of their own', () => {
  /** Runs that were lost with a runner so often, and are first in line. */
  async function suspects(count: number, losses: number): Promise<string[]> {
    const ids: string[] = [];
    for (let n = 0; n < count; n++) ids.push((await engine.enqueue('gate', {}, { priority: -1 })).id);
    await rows('INSERT INTO "SuspectRun" ("runId", losses) SELECT unnest($1::bigint[]), $2', ids, losses);
    return ids;
  }
  const begun = () => vi.waitFor(() => expect(opened.size).toBe(runner.activeRuns));
  const end = async (...ids: string[]) => {
    for (const id of ids) opened.get(id)?.();
    for (const id of ids) await engine.until(id, 'SUCCESS');
    await vi.waitFor(() => expect(runner.activeRuns).toBe(opened.size - ids.length));
    for (const id of ids) opened.delete(id);
  };
  /** Suspects that have ended leave room for others once they are cleared, shortly after the runner holds none. */
  const claims = (count: number) => vi.waitFor(async () => expect(await runner.tick()).toBe(count));
  const aloneOf = async (id: string) => (await rows('SELECT "isAlone" FROM "SuspectRun" WHERE "runId" = $1', id))[0];

  let runner: Runner;
  it('runs each alone that was lost again, before anything else', async () => {
    runner = engine.runner({ concurrency: 9 });
    const others = [(await engine.enqueue('gate')).id, (await engine.enqueue('gate')).id];
    const ids = await suspects(2, 2);
    for (const id of ids) {
      await claims(1);
      await begun();
      expect([...opened.keys()]).toEqual([id]);
      expect(await aloneOf(id)).toEqual({ isAlone: true });
      expect(await runner.tick()).toBe(0);
      await end(id);
      await vi.waitFor(async () => expect(await aloneOf(id)).toBeUndefined());
    }
    await claims(2);
    await begun();
    await end(...others);
  });

  it('runs a few together that were lost once, and counts a crash for none of them', async () => {
    runner = engine.runner({ concurrency: 9 });
    const ids = await suspects(4, 1);
    expect(await runner.tick()).toBe(3);
    await begun();
    expect(await aloneOf(ids[0] ?? '')).toEqual({ isAlone: false });
    await end(...ids.slice(0, 3));
    // One that is left over is alone.
    await claims(1);
    await begun();
    expect(await aloneOf(ids[3] ?? '')).toEqual({ isAlone: true });
    await end(...ids.slice(3));
  });
});

describe('where suspects wait for this process to be idle', () => {
  const make = (held: { runs: number }) =>
    new Suspects({
      ...{ sql: engine.database.pool, events: engine.events, jobNames: ['gate'], concurrency: 9 },
      executions: { canIsolate: false, isolableJobs: async () => [] },
      heldRuns: () => held.runs,
      hold: () => [],
      execute: () => Promise.reject(new Error('Nothing is executed here')),
      onRoom: () => {},
    });
  const later = (ms: number) => vi.advanceTimersByTime(ms);

  it('claims nothing else after two seconds, for ten at most, and not again for a hundred', () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const held = { runs: 1 };
    const suspects = make(held);
    suspects.noteNone();
    suspects.note(true);
    expect([suspects.isExclusive, suspects.canClaim]).toEqual([false, false]);
    later(2_100);
    suspects.note(true);
    expect(suspects.isExclusive).toBe(true);
    later(9_000);
    expect(suspects.isExclusive).toBe(true);
    held.runs = 0;
    expect(suspects.canClaim).toBe(true);
    held.runs = 1;
    later(1_100);
    suspects.note(true);
    expect(suspects.isExclusive).toBe(false);
    later(80_000);
    suspects.note(true);
    expect(suspects.isExclusive).toBe(false);
    later(20_000);
    suspects.note(true);
    expect(suspects.isExclusive).toBe(true);
    vi.useRealTimers();
  });

  it('goes on with others when none can be claimed after all', () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const held = { runs: 1 };
    const suspects = make(held);
    suspects.noteNone();
    suspects.note(true);
    later(2_100);
    suspects.note(true);
    held.runs = 0;
    expect([suspects.isExclusive, suspects.canClaim]).toEqual([true, true]);
    suspects.noteNone();
    expect([suspects.isExclusive, suspects.canClaim]).toEqual([false, false]);
    suspects.note(true);
    expect(suspects.canClaim).toBe(false);
    later(1_100);
    expect(suspects.canClaim).toBe(true);
    vi.useRealTimers();
  });
});
