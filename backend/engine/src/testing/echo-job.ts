import * as z from 'zod';
import { defineJob } from '../queue/job.js';

/** Returns the word from its parameters. */
export const echo = defineJob({
  name: 'echo',
  description: 'Returns its parameter',
  examples: ['echo --word=hello'],
  algorithmVersion: '1',
  parameters: z.object({ word: z.string().max(100_000).optional() }),
  run: async (_ctx, { word }) => ({ said: word ?? null }),
});
