import * as z from 'zod';
import { defineJob } from '../queue/job.js';

/** Ways to end the own process. */
const ends = {
  none: () => {},
  kill: () => process.kill(process.pid, 'SIGKILL'),
  exit: () => process.exit(3),
  abort: () => process.abort(),
};

const described = {
  description: 'Waits, or crashes its process',
  examples: ['nothing runs it'],
  algorithmVersion: '1',
};

export const jobs = [
  defineJob({
    ...described,
    name: 'crashing',
    retry: { backoffMs: 1 },
    parameters: z.strictObject({
      end: z.enum(['none', 'kill', 'exit', 'abort']).default('none'),
      ms: z.number().default(200),
    }),
    run: async (ctx, { end, ms }) => {
      ends[end]();
      await ctx.pause(ms);
    },
  }),
];
