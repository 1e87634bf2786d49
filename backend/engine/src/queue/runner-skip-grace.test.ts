import { afterAll, beforeAll, expect, it } from 'vitest';
import * as z from 'zod';
import { TestEngine } from '../testing/engine.js';
import { defineJob } from './job.js';

/** Runs until it is stopped. */
const endless = defineJob({
  name: 'endless',
  description: 'Runs until it is stopped',
  examples: ['tsx scripts/runJobs.ts endless'],
  algorithmVersion: '1',
  parameters: z.strictObject({}),
  run: async (ctx) => {
    for (;;) await ctx.pause(1_000);
  },
});

let engine: TestEngine;
beforeAll(async () => {
  engine = await TestEngine.create([endless]);
});
afterAll(() => engine.close());

it('hands runs back at once, and refunds their attempts, when a stop is hurried', async () => {
  const runner = engine.runner({ drainMs: 600_000 });
  await runner.start();
  const { id } = await engine.enqueue('endless');
  await engine.until(id, 'RUNNING');
  const stopped = runner.stop();
  runner.skipGrace();
  await stopped;
  expect(await engine.run(id)).toMatchObject({ status: 'QUEUED', attempt: 0, claimNo: 1, startedAt: null });
});
