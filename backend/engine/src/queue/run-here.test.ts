import { afterAll, beforeAll, expect, it } from 'vitest';
import * as z from 'zod';
import { TestEngine } from '../testing/engine.js';
import { defineJob } from './job.js';
import { createRegistry } from './registry.js';
import { runHere } from './run-here.js';
import { SYSTEM } from './system-actor.js';

const job = defineJob({
  name: 'here',
  description: 'Counts, or waits to be stopped',
  examples: ['tsx scripts/runJobs.ts here'],
  algorithmVersion: '1',
  parameters: z.strictObject({ wait: z.boolean().default(false) }),
  run: async (ctx, { wait }) => {
    while (wait) await ctx.pause(5);
    return { counted: 3 };
  },
});

let engine: TestEngine;
beforeAll(async () => {
  engine = await TestEngine.create([job]);
});
afterAll(() => engine.close());

async function start(parameters: Record<string, unknown>) {
  const runner = engine.runner();
  await runner.open();
  const registry = createRegistry([job]);
  return {
    runner,
    ...(await runHere({ sql: engine.database.pool, registry, runner, jobName: 'here', parameters, actor: SYSTEM })),
  };
}

it('runs in this process as a run that everybody sees', async () => {
  const rival = engine.runner();
  await rival.start();
  const { runId, ended, runner } = await start({});
  expect(await ended).toMatchObject({ status: 'SUCCESS' });
  expect(await engine.run(runId)).toMatchObject({
    status: 'SUCCESS',
    metadata: { counted: 3 },
    runnerId: runner.id,
    claimNo: 1,
  });
});

it('stops when it is cancelled from elsewhere', async () => {
  const { runId, ended } = await start({ wait: true });
  await engine.queue.cancel(runId, SYSTEM);
  expect(await ended).toMatchObject({ status: 'CANCELLED' });
});

it('fails, and is not repeated elsewhere, when its process is lost', async () => {
  const { runId } = await start({ wait: true });
  await engine.database.pool.query('UPDATE "JobRun" SET "leaseToken" = gen_random_uuid() WHERE id = $1', [runId]);
  await engine.stall(runId);
  await engine.rescuer.tick();
  expect(await engine.run(runId)).toMatchObject({ status: 'FAILED', attempt: 1, maxAttempts: 1 });
});
