import * as z from 'zod';
import { routeFor } from './policy.js';
import { runId } from './run-id.js';

const time = z.iso.datetime();

/** What needs an operator. */
const issue = z.object({
  key: z.string().describe('The same as long as it lasts'),
  severity: z.enum(['critical', 'warning']),
  message: z.string().describe('In words for people'),
  since: time.nullable(),
  runs: z.number().int().nullable().describe('So many runs failed of it, or wait because of it'),
  subject: z
    .discriminatedUnion('kind', [
      z.object({ kind: z.literal('service') }),
      z.object({
        kind: z.literal('failures'),
        jobName: z.string(),
        fingerprint: z.string().nullable().describe('The cause; null where they have several'),
      }),
      z.object({ kind: z.literal('channel'), channel: z.string(), isPaused: z.boolean() }),
      z.object({ kind: z.literal('job'), jobName: z.string() }),
      z.object({ kind: z.literal('schedule'), scheduleId: z.string() }),
      z.object({ kind: z.literal('run'), jobRunId: runId }),
    ])
    .describe('What it is about'),
});
export type Issue = z.infer<typeof issue>;

export const issueCalls = {
  issues: routeFor('view')
    .route({
      method: 'GET',
      path: '/admin/jobs/issues',
      summary: 'What needs an operator now, the worst first; at most 10 s old',
      description:
        'Reasons of health; jobs that failed at least 5 times and in at least 20 % of their runs within an hour, and at least twice as often as in the seven days before; errors first seen within an hour, at least 3 times; channels paused for 15 minutes with due runs, or over their target wait; paused jobs with due runs; schedules with a problem, or of which the last three due times had no run; runs that go on a minute after they were cancelled.',
      tags: ['Jobs'],
    })
    .output(z.object({ issues: z.array(issue).describe('At most 20'), total: z.number().int(), asOf: time })),
};
