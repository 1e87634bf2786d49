import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { TestEngine } from '../testing/engine.js';
import { type AnyJob, defineJob } from './job.js';
import { JobAnnouncer } from './maintenance/job-announcer.js';
import { createRegistry } from './registry.js';
import type { Runner } from './runner.js';

const job = (algorithmVersion: string, parameters: z.ZodObject, isolated = false): AnyJob =>
  defineJob({
    name: 'invoice',
    description: 'x',
    examples: ['x'],
    algorithmVersion,
    parameters,
    isolated,
    maxAttempts: 5,
    run: async () => ({ by: algorithmVersion }),
  });
const before = job('1', z.strictObject({ order: z.number() }));
const after = job('2', z.strictObject({ order: z.number(), currency: z.string() }));
const OLD = { order: 1 };
const NEW = { order: 1, currency: 'EUR' };

let engine: TestEngine;
beforeAll(async () => {
  engine = await TestEngine.create([after]);
});
afterEach(async () => {
  const violations = await engine.violations();
  await engine.clear();
  expect(violations).toEqual({});
});
afterAll(() => engine.close());

const query = async (text: string, ...values: unknown[]) => (await engine.database.pool.query(text, values)).rows;

/** A worker whose process has this code; it claims when the test calls `tick`. */
async function worker(...jobs: AnyJob[]): Promise<{ runner: Runner; announcer: JobAnnouncer }> {
  const runner = engine.runner({ concurrency: 20 }, undefined, jobs);
  await runner.open();
  const announcer = new JobAnnouncer({
    sql: engine.database.pool,
    registry: createRegistry(jobs),
    events: engine.events,
    process: { runnerId: runner.id, host: 'test', pid: 1 },
  });
  await announcer.tick();
  return { runner, announcer };
}

/** Any parameters, as a client queues them that has no code. */
async function enqueue(parameters: Record<string, unknown>): Promise<string> {
  const [run] = await query(
    `INSERT INTO "JobRun" ("jobName", parameters, "maxAttempts") VALUES ('invoice', $1, 5) RETURNING id`,
    parameters,
  );
  return run.id;
}
const attempts = (id: string) =>
  query('SELECT outcome, error FROM "JobRunAttempt" WHERE "runId" = $1 ORDER BY "claimNo"', id);
/** Claims once, and waits until nothing is under way here. */
async function work(runner: Runner): Promise<number> {
  const claimed = await runner.tick();
  await vi.waitFor(() => expect(runner.activeRuns).toBe(0));
  return claimed;
}

describe('parameters that do not fit', () => {
  it('go back for a process of another version, with the attempt refunded, and are passed by here', async () => {
    const [old, fresh] = [await worker(before), await worker(after)];
    const ids = await Promise.all(Array.from({ length: 12 }, () => enqueue(NEW)));
    expect(await work(old.runner)).toBe(12);
    expect(await engine.run(ids[0] ?? '')).toMatchObject({ status: 'QUEUED', attempt: 0, claimNo: 1, error: null });
    expect(await work(old.runner)).toBe(0);
    expect(await work(fresh.runner)).toBe(12);
    const ended = await Promise.all(ids.map((id) => engine.run(id)));
    expect(ended.map(({ status, attempt, metadata }) => ({ status, attempt, metadata }))).toEqual(
      ids.map(() => ({ status: 'SUCCESS', attempt: 1, metadata: { by: '2' } })),
    );
    expect(await attempts(ids[0] ?? '')).toEqual([
      { outcome: 'RELEASED', error: expect.stringContaining('The parameters do not fit this job') },
    ]);
    const [message] = await query('SELECT level, message FROM "JobRunMessage" WHERE "runId" = $1', ids[0]);
    expect(message.level).toBe('WARN');
    expect(message.message).toMatch(/^Version 1 of the job can not take it; released to the queue for another version/);
  });

  it('of the old code find an old process as well', async () => {
    const [old, fresh] = [await worker(before), await worker(after)];
    const id = await enqueue(OLD);
    await work(fresh.runner);
    await work(old.runner);
    expect(await engine.run(id)).toMatchObject({ status: 'SUCCESS', metadata: { by: '1' } });
  });

  it('fail a run once every version that lives has refused them', async () => {
    const [old, fresh] = [await worker(before), await worker(after)];
    const id = await enqueue({ nothing: 'fits' });
    await work(old.runner);
    expect(await engine.run(id)).toMatchObject({ status: 'QUEUED' });
    await work(fresh.runner);
    expect(await engine.run(id)).toMatchObject({
      status: 'FAILED',
      attempt: 1,
      error: expect.stringContaining('The parameters do not fit this job'),
    });
  });

  it('fail a run at once where the others have the same version, or have ended', async () => {
    const [same, gone] = [await worker(before), await worker(after)];
    const other = await worker(before);
    await gone.announcer.stop();
    const id = await enqueue(NEW);
    await work(same.runner);
    expect(await engine.run(id)).toMatchObject({ status: 'FAILED' });
    expect(await work(other.runner)).toBe(0);
  });

  it('wait for a server that has the code and executes none, until its worker comes', async () => {
    const old = await worker(before);
    const server = new JobAnnouncer({
      sql: engine.database.pool,
      registry: createRegistry([after]),
      events: engine.events,
      process: { runnerId: null, host: 'test', pid: 2 },
    });
    await server.tick();
    const id = await enqueue(NEW);
    await work(old.runner);
    expect(await engine.run(id)).toMatchObject({ status: 'QUEUED' });
    await work((await worker(after)).runner);
    expect(await engine.run(id)).toMatchObject({ status: 'SUCCESS' });
  });
});
