import * as z from 'zod';
import { uniqueScopes, waitConditions } from '../enqueue.js';
import { jobRunStatuses, noRetryReasons, waitReasons } from '../run.js';
import { retryPolicy as givenRetryPolicy } from './enqueue-options.js';
import { jobRunAttempt, jobRunStep } from './message.js';
import { detailColumns, initialOf, schemasOf, summaryColumns } from './run-columns.js';
import { runId } from './run-id.js';

export { runId };

const time = z.iso.datetime();
const retryPolicy = z.object(givenRetryPolicy.shape);

export const person = z.object({ id: z.number().int(), email: z.string() });

/** A run as lists and the socket carry it: everything but the payloads. */
export const jobRunSummary = z.object({
  ...schemasOf(summaryColumns),
  triggeredBy: person.nullable(),
  /** Name of the API token that started it. */
  triggeredByToken: z.string().nullable(),
  cancelRequestedBy: person.nullable(),
  runnerName: z.string().nullable().describe('`host:pid` of its runner; null for none, or one that was removed'),
  waitReason: z
    .enum(waitReasons)
    .nullable()
    .describe('Why a queued run has not been started, at most some seconds old; null for others'),
  waitDetail: z.string().nullable().describe('The same as a sentence for people'),
  waitSince: time.nullable().describe('Since when its channel or its job is paused'),
  waitUntil: time.nullable().describe('When that ends by itself: a pause, a wait for its time, a rate limit'),
});
export type JobRunSummary = z.infer<typeof jobRunSummary>;

/** A run that has just been queued, but for what its request decides. */
export const blankRun = {
  ...initialOf(summaryColumns),
  triggeredBy: null,
  triggeredByToken: null,
  cancelRequestedBy: null,
  runnerName: null,
  waitReason: null,
  waitDetail: null,
  waitSince: null,
  waitUntil: null,
} satisfies Partial<JobRunSummary>;

/** Another run, as a link shows it; a removed one has only its id. */
const relatedRun = z.object({
  jobRunId: runId,
  jobName: z.string().nullable(),
  status: z.enum(jobRunStatuses).nullable(),
});
export type RelatedRun = z.infer<typeof relatedRun>;

/** A whole run. */
export const jobRun = jobRunSummary.extend({
  ...schemasOf(detailColumns),
  parameters: z.record(z.string(), z.unknown()),
  steps: z.array(jobRunStep).nullable().describe('Null for a run without a pipeline'),
  attempts: z.array(jobRunAttempt).describe('Oldest first'),
  waiting: z
    .object({
      reason: z.enum(waitReasons),
      message: z.string().describe('A sentence for people'),
      until: time.nullable(),
    })
    .nullable()
    .describe('Why a queued run has not been started; null for others'),
  noRetry: z
    .object({ reason: z.enum(noRetryReasons), message: z.string().describe('A sentence for people') })
    .nullable()
    .describe('Why a run that failed has no further attempt; null for others'),
  dependsOn: z.array(relatedRun).describe('Runs it waits for, or waited for'),
  waitsFor: z.enum(waitConditions).nullable(),
  dependents: z.array(relatedRun).describe('Runs that wait for it, the first 100'),
  batch: z
    .object({ id: runId, name: z.string(), total: z.number().int(), ended: z.number().int() })
    .nullable()
    .describe('The batch it is part of, or that calls it back'),
  schedule: z.object({ id: z.string(), name: z.string() }).nullable(),
  unique: z.object({ key: z.string(), scope: z.enum([...uniqueScopes, 'behind']), until: time.nullable() }).nullable(),
  parametersBy: z
    .object({ person: person.nullable(), token: z.string().nullable().describe('Name of the API token') })
    .nullable()
    .describe(
      'Who chose its parameters, where that is not who triggered it: a later request with `replace`, or the last to change its schedule. Neither is set for a program with a connection to the database',
    ),
});
export type JobRun = z.infer<typeof jobRun>;

export const jobDefinition = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  examples: z.array(z.string()),
  defaultParams: z.record(z.string(), z.unknown()).optional(),
  algorithmVersion: z.string(),
  parametersSchema: z.record(z.string(), z.unknown()).describe('JSON Schema of the parameters'),
  slowAfterMs: z.number().int(),
  timeoutMs: z.number().int().nullable(),
  maxAttempts: z.number().int(),
  maxCrashes: z.number().int(),
  retry: retryPolicy,
  channel: z.string(),
  priority: z.number().int(),
  isolated: z.boolean().describe('Runs in a process of its own'),
  memoryLimitMb: z.number().int().nullable(),
  code: z
    .object({
      channel: z.string(),
      priority: z.number().int(),
      maxAttempts: z.number().int(),
      retry: retryPolicy,
      timeoutMs: z.number().int().nullable(),
      slowAfterMs: z.number().int(),
    })
    .describe('The settings in the code that operators may override; the effective ones are beside it'),
  presets: z
    .array(z.object({ name: z.string(), parameters: z.record(z.string(), z.unknown()) }))
    .describe('Parameters that the code offers by name'),
});
export type JobDefinition = z.infer<typeof jobDefinition>;

const queuedCount = z.number().int();

export const jobStats = z.object({
  active: z.number().int(),
  queued: z.number().int().describe('Counted up to 10,001, which stands for more than 10,000'),
  last24h: z.object({
    total: z.number().int(),
    success: z.number().int(),
    failed: z.number().int(),
    cancelled: z.number().int(),
  }),
  stalled: z.number().int(),
  pending: queuedCount.describe('Due, in no paused channel and of no paused job'),
  scheduled: queuedCount.describe('Queued for a time to come'),
  blocked: queuedCount.describe('Queued, and waiting for other runs'),
  retrying: queuedCount.describe('Of the scheduled: those that failed before'),
  slots: z.number().int().describe('Of all runners that claim'),
  previous: z
    .object({
      pending: z.number().int().nullable().describe('Due, paused or not'),
      running: z.number().int().nullable(),
      scheduled: z.number().int().nullable(),
      completed: z.number().int().nullable(),
      failed: z.number().int().nullable(),
    })
    .describe('At the same minute yesterday, what ended to the hour; null where it is not known'),
  updatedAt: time,
});
export type JobStats = z.infer<typeof jobStats>;
