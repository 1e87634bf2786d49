import * as z from 'zod';
import { limits } from '../limits.js';
import { jobName } from './enqueue-options.js';
import { fingerprint } from './fingerprint.js';
import { routeFor } from './policy.js';
import { runId } from './run.js';

const time = z.iso.datetime();
const count = z.number().int();

/** What the mute of a cause is named, among those of issues. */
export const causeMuteKey = (fingerprint: string): string => `cause ${fingerprint}`;

/** How far back causes are searched, in milliseconds. */
export const failureRanges = {
  '1h': 3_600_000,
  '24h': 24 * 3_600_000,
  '7d': 7 * 24 * 3_600_000,
  '30d': 30 * 24 * 3_600_000,
} as const;
const ranges = Object.keys(failureRanges) as (keyof typeof failureRanges)[];

export const failureStates = ['OPEN', 'RESOLVED', 'IGNORED'] as const;
export type FailureState = (typeof failureStates)[number];
const state = z.enum(failureStates);

/** What an operator made of a cause. */
const verdict = z.object({
  state: state.describe('`RESOLVED` becomes `OPEN` again by a run that fails of it later'),
  stateBy: z.string().nullable().describe('Who set the state last'),
  stateAt: time.nullable(),
  note: z.string().nullable(),
  cameBackAt: time.nullable().describe('When a run failed of it again after it was resolved, until its state is set'),
});

export const failureCause = z.object({
  fingerprint: z.string().describe('The same for all failures of a job with this cause'),
  jobName: z.string(),
  cause: z.string().describe('The error without numbers, ids, quoted text, addresses and paths'),
  frame: z
    .string()
    .nullable()
    .describe('The first place in the code of the job that the stack names, without its line; part of the fingerprint'),
  error: z.string().describe('Of the last of the runs, its first 1,000 characters'),
  runs: count,
  rate: z
    .number()
    .nullable()
    .describe(
      'Of the runs of the job that ended within the range: to the minute where it begins within 48 hours, else to the hour; null where none is counted',
    ),
  firstAt: time.describe('Ever, since causes are kept'),
  lastAt: time,
  firstVersion: z.string().nullable(),
  lastVersion: z.string().nullable(),
  lastRunId: runId,
  lastChannel: z.string().nullable().describe('The channel of that run; null where it is removed'),
  jobRunIds: z.array(runId).describe('The newest 100 of the range'),
  ...verdict.shape,
  mutedUntil: time.nullable().describe('Not to be shown among recent failures before that'),
  mutedBy: z.string().nullable(),
});
export type FailureCause = z.infer<typeof failureCause>;

const failuresAnswer = z.object({
  failures: z.array(failureCause).describe('The most runs first'),
  causes: count.describe('All that were found'),
  runs: count,
  searchedBackTo: time.describe('Every failure since then is counted'),
  isCut: z.boolean().describe('Failures before `searchedBackTo` are yet to be grouped'),
});
export type FailuresAnswer = z.infer<typeof failuresAnswer>;

export const failureCalls = {
  failures: routeFor('view')
    .route({
      method: 'GET',
      path: '/admin/jobs/failures',
      summary: 'Why runs failed, by cause, at most 10 s old',
      description:
        'Failures of a job whose errors differ only in numbers, ids, quoted text, addresses and paths have one cause.',
      tags: ['Jobs'],
    })
    .input(
      z.strictObject({
        range: z.enum(ranges).default('24h'),
        jobName: jobName.optional(),
        state: state.optional().describe('Of all states by default'),
        limit: z.coerce.number().int().min(1).max(100).default(10),
      }),
    )
    .output(failuresAnswer),

  setFailure: routeFor('manageJobs')
    .route({
      method: 'PUT',
      path: '/admin/jobs/failures/{fingerprint}',
      summary: 'Resolve, ignore or reopen a cause of failures',
      description:
        'A resolved cause is open again once a run fails of it that ends later; an ignored one stays ignored. Without `note`, the note stays; null removes it.',
      tags: ['Jobs'],
    })
    .input(
      z.strictObject({
        fingerprint,
        state,
        note: z.string().trim().max(limits.reasonChars).nullable().optional(),
      }),
    )
    .output(z.object({ fingerprint: z.string(), ...verdict.shape })),
};
