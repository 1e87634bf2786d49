import * as z from 'zod';
import { isPlainText, NOT_PLAIN } from '../plain-text.js';
import { pulseAnswer } from './metrics.js';
import { routeFor } from './policy.js';
import { runId } from './run-id.js';
import { snapshotsAnswer } from './run-lists.js';

const time = z.iso.datetime();

/** What needs an operator. */
export const issue = z.object({
  key: z.string().describe('The same as long as it lasts'),
  severity: z.enum(['critical', 'warning']),
  message: z.string().describe('A sentence for people'),
  since: time.nullable(),
  runs: z.number().int().nullable().describe('So many runs failed of it, or wait because of it'),
  incidentId: z.string().nullable().describe('Of the open incident about it'),
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
      z.object({ kind: z.literal('destination'), destinationId: z.uuid() }),
      z.object({ kind: z.literal('incident') }),
    ])
    .describe('What it is about'),
});
export type Issue = z.infer<typeof issue>;

const mutedIssue = z.object({
  ...issue.shape,
  mutedUntil: time,
  mutedBy: z.string().nullable(),
  isUntilClear: z.boolean().describe('It is shown again when it comes back after it was gone'),
});
export type MutedIssue = z.infer<typeof mutedIssue>;

const issuesAnswer = z.object({
  issues: z.array(issue).describe('At most 20'),
  total: z.number().int().describe('All that are not muted'),
  muted: z.array(mutedIssue),
  asOf: time,
});
export type IssuesAnswer = z.infer<typeof issuesAnswer>;

export const issueCalls = {
  overview: routeFor('view')
    .route({
      method: 'GET',
      path: '/admin/jobs/overview',
      summary: 'Issues, small figures of today and the heartbeats of 30 minutes in one answer',
      tags: ['Jobs'],
    })
    .output(z.object({ issues: issuesAnswer, snapshots: snapshotsAnswer, pulse: pulseAnswer })),

  issues: routeFor('view')
    .route({
      method: 'GET',
      path: '/admin/jobs/issues',
      summary: 'What needs an operator now, the worst first; at most 10 s old',
      description:
        'Open incidents; reasons of health; jobs that failed at least 5 times and in at least 20 % of their runs within an hour, and at least twice as often as in the seven days before; errors first seen within an hour, at least 3 times, and those that came back after they were resolved; channels paused for 15 minutes with due runs, or over their target wait; paused jobs with due runs; schedules with a problem, or of which the last three due times had no run; runs that go on a minute after they were cancelled; destinations whose last three messages failed. An incident about something of this list is not listed twice.',
      tags: ['Jobs'],
    })
    .output(issuesAnswer),

  muteIssue: routeFor('manageAlerts')
    .route({
      method: 'POST',
      path: '/admin/jobs/issues/mute',
      summary: 'Leave an issue out of the list for a while, or show it again',
      description:
        'Messages of an incident about it are sent nevertheless: mute the incident to stop those. A cause of failures is muted by the key `cause` and its fingerprint, `cause 0123456789abcdef`: then no issue that it alone makes is listed either.',
      tags: ['Jobs'],
    })
    .input(
      z.strictObject({
        key: z
          .string()
          .min(1)
          .max(250)
          .refine(isPlainText, NOT_PLAIN)
          .describe('Of the issue, or of a cause of failures'),
        until: z
          .union([time, z.literal('cleared')])
          .nullable()
          .describe('A time; `cleared` for as long as the issue lasts, at most 7 days; null shows it again'),
      }),
    )
    .output(issuesAnswer),
};
