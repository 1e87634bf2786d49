import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { TestEngine } from '../testing/engine.js';
import { defineJob } from './job.js';
import { SYSTEM } from './system-actor.js';

const begun: string[] = [];
let open: () => void = () => {};

const define = (name: string, run: () => Promise<void>) =>
  defineJob({
    name,
    description: 'For prefetched runs',
    examples: [`tsx scripts/runJobs.ts ${name}`],
    algorithmVersion: '1',
    parameters: z.strictObject({}),
    run: async (ctx) => {
      begun.push(ctx.runId);
      await run();
    },
  });
const quick = define('quick', async () => {});
const gate = define('gate', () => new Promise<void>((resolve) => (open = resolve)));

/** Long enough for the thread to notice, and to release waiting runs well before the end. */
const BLOCKED_MS = 3_000;
const blocker = define('blocker', async () => {
  const until = performance.now() + BLOCKED_MS;
  while (performance.now() < until);
});

let engine: TestEngine;
beforeAll(async () => {
  engine = await TestEngine.create([quick, gate, blocker]);
});
afterEach(async () => {
  expect(await engine.violations()).toEqual({});
});
afterAll(() => engine.close());

/** Many short runs, a long one, and those that were prefetched behind it, with a runner of one slot. */
async function blockedRunner(jobName = 'gate') {
  begun.length = 0;
  const { pool } = engine.database;
  await pool.query(`INSERT INTO "JobRun" ("jobName") SELECT 'quick' FROM generate_series(1, 400)`);
  const { id: gateId } = await engine.enqueue(jobName);
  await pool.query(`INSERT INTO "JobRun" ("jobName") SELECT 'quick' FROM generate_series(1, 100)`);
  const runner = engine.runner({ concurrency: 1 });
  await runner.start();
  await vi.waitFor(() => expect(begun).toContain(gateId));
  return { runner, gateId };
}

/** The runs behind the one that stays. */
async function behind(gateId: string) {
  const { rows } = await engine.database.pool.query<{ id: string; status: string; attempt: number; claimNo: number }>(
    `SELECT id, status, attempt, "claimNo" FROM "JobRun" WHERE id > $1 AND "jobName" = 'quick' ORDER BY id`,
    [gateId],
  );
  return rows;
}

/** Those that went back, once some have. */
const released = (gateId: string) =>
  vi.waitFor(async () => {
    const back = (await behind(gateId)).filter(({ status, claimNo }) => status === 'QUEUED' && claimNo > 0);
    expect(back).not.toEqual([]);
    return back;
  });

const untilAllEnded = () =>
  vi.waitFor(async () => {
    const { rows } = await engine.database.pool.query(`SELECT FROM "JobRun" WHERE "finishedAt" IS NULL`);
    expect(rows.length).toBe(0);
  });

describe('prefetched runs', () => {
  it('go back without using up an attempt when their turn does not come, and run later', async () => {
    const { runner, gateId } = await blockedRunner();
    const back = await released(gateId);
    for (const { id, attempt } of back) {
      expect(attempt).toBe(0);
      expect(begun).not.toContain(id);
    }
    open();
    await untilAllEnded();
    for (const { id } of back) expect(await engine.run(id)).toMatchObject({ status: 'SUCCESS', attempt: 1 });
    expect(new Set(begun).size).toBe(begun.length);
    await runner.stop();
  });

  it('never begin once they are cancelled', async () => {
    const { runner, gateId } = await blockedRunner();
    const claimed = await vi.waitFor(async () => {
      const ahead = (await behind(gateId)).find(({ claimNo }) => claimNo > 0);
      expect(ahead).toBeDefined();
      return ahead?.id as string;
    });
    await engine.queue.cancel(claimed, SYSTEM);
    await engine.until(claimed, 'CANCELLED');
    open();
    await untilAllEnded();
    expect(begun).not.toContain(claimed);
    await runner.stop();
  });

  it('go back while the event loop that they wait for is blocked', async () => {
    const { runner, gateId } = await blockedRunner('blocker');
    await untilAllEnded();
    const { rows } = await engine.database.pool.query<{ early: number }>(
      `SELECT count(*)::int AS early FROM "JobRunAttempt" a, "JobRun" blocker
       WHERE blocker.id = $1 AND a."runId" > $1 AND a.outcome = 'RELEASED' AND a."endedAt" < blocker."finishedAt" - interval '0.5 seconds'`,
      [gateId],
    );
    expect(rows[0]?.early).toBeGreaterThan(0);
    expect(new Set(begun).size).toBe(begun.length);
    await runner.stop();
  });

  it('are free for others as soon as their runner is stopped', async () => {
    const { runner, gateId } = await blockedRunner();
    const stopping = runner.stop();
    await vi.waitFor(async () =>
      expect((await behind(gateId)).map(({ status }) => status)).toEqual(Array(100).fill('QUEUED')),
    );
    expect(await engine.run(gateId)).toMatchObject({ status: 'RUNNING' });
    open();
    await stopping;
    const other = engine.runner();
    await other.start();
    await untilAllEnded();
    await other.stop();
  });
});
