import * as z from 'zod';

/**
 * What every failed call answers: problem details (RFC 9457) with the fields that a form needs.
 * `issues[].path` is dotted and starts at the field: `parameters.batchSize`.
 */
export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
  code: z.string(),
  error: z.string().describe('The title again, under the name older clients read'),
  details: z.string().describe('The detail again, under the name older clients read'),
  field: z.string().optional().describe('The invalid input'),
  retryable: z.boolean().describe('Whether the same call, put right or sent later, can succeed'),
  issues: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  current: z.unknown().optional().describe('With the code `CHANGED`: what was changed, as it is now'),
});
export type Problem = z.infer<typeof problem>;
