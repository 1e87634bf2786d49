// From here, for each process of an isolated job loads this file, and all that it imports.
import { defineJob } from '@job-manager/engine/queue/job';
import * as z from 'zod';

// #region readme
// A pattern from outside may never come back, as ^(a+)+$ with "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab".
export const matchPattern = defineJob({
  name: 'match-pattern',
  description: 'Checks whether a text matches the pattern of a customer',
  examples: ['match-pattern --pattern="^a+$" --text=aaa'],
  algorithmVersion: '1',
  parameters: z.object({
    pattern: z.string().max(200).describe('A regular expression'),
    text: z.string().describe('What it is tried on'),
  }),
  isolated: true,
  memoryLimitMb: 512,
  timeoutMs: 60_000,
  maxAttempts: 1,
  run: async (_ctx, { pattern, text }) => ({ matches: new RegExp(pattern).test(text) }),
});
// #endregion

/** By this name the processes of isolated jobs find them: `jobsModule` is the URL of this file. */
export const jobs = [matchPattern];
