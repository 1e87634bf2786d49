import { SELF_TEST_JOB } from '@job-manager/shared/run';
import * as z from 'zod';
import { defineJob } from './job.js';

/** Waits a moment, and fails where it is to: whether the queue works shows in how its runs go. */
export const selfTestJob = defineJob({
  name: SELF_TEST_JOB,
  description: 'Waits a moment, to see whether the queue works',
  examples: ['the test batch of the page Operations'],
  algorithmVersion: '1',
  isInternal: true,
  parameters: z.strictObject({
    ms: z.number().int().min(0).max(60_000).describe('How long it waits'),
    fails: z.boolean().describe('Whether it fails on purpose'),
  }),
  run: async (ctx, { ms, fails }) => {
    await ctx.pause(ms);
    if (fails) ctx.fail('Failed on purpose', { retry: false });
  },
});
