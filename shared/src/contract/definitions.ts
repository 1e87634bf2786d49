import * as z from 'zod';
import { jobRunStatuses, terminalStatuses } from '../run.js';
import { enqueueOptions, jobName, jobParameters } from './enqueue-options.js';
import { forViewers, routeFor } from './policy.js';
import { runId } from './run-id.js';

const TAG = ['Jobs'];
const time = z.iso.datetime();
const count = z.number().int();
const byName = z.strictObject({ jobName });
const PATH = '/admin/jobs/definitions';

/** How far back the figures of a job go: 24 hours, or so many days of UTC with the present one as the last. */
export const activityRanges = ['24h', '7d', '30d'] as const;
export type ActivityRange = (typeof activityRanges)[number];

export const jobActivity = z.object({
  jobName: z.string(),
  hasCode: z.boolean().describe('Can be enqueued; false for a job of external programs, and for one without code'),
  isGone: z.boolean().describe('Runs of it are queued, and no live process has its code'),
  lastRun: z.object({ id: runId, status: z.enum(terminalStatuses), finishedAt: time }).nullable(),
  /** Ended since `since`. */
  success: count,
  failed: count,
  cancelled: count,
  took: z
    .object({ p50: z.number(), p95: z.number() })
    .nullable()
    .describe('About, of the successful ones, in milliseconds; null where none was measured'),
  tookBeforeP50: z
    .number()
    .nullable()
    .describe('The same p50 over the seven days of UTC before the range, and for `24h` before yesterday'),
  waitedP95: z.number().nullable().describe('About, of all that began, in milliseconds'),
  /** The first due time of its schedules that are not paused. */
  nextDueAt: time.nullable(),
});
export type JobActivity = z.infer<typeof jobActivity>;

const underWay = z.object({
  jobRunId: runId,
  status: z.enum(jobRunStatuses),
  progressPercent: z.number().nullable(),
  queuedAt: time,
  startedAt: time.nullable(),
  isSame: z.boolean().describe('It has the very same parameters'),
});

/** What is known of jobs beside the declarations of their code. */
export const definitions = {
  activity: routeFor('view')
    .route({
      method: 'GET',
      path: `${PATH}/activity`,
      summary: 'Last run, what ended in a day or in several, and next due time of each job, from counters',
      description: 'Also of jobs of external programs and of jobs without code; the first 1,000 by name.',
      tags: TAG,
    })
    .input(
      z.strictObject({
        range: z
          .enum(activityRanges)
          .default('24h')
          .describe('`24h` to the millisecond; `7d` and `30d` are days of UTC, of which the last is today'),
      }),
    )
    .output(z.object({ jobs: z.array(jobActivity), since: time })),

  usual: routeFor('view')
    .route({
      method: 'GET',
      path: `${PATH}/usual`,
      summary: 'How long successful runs of each job take, of its last 200 ended runs; at most a minute old',
      description: 'Jobs without a successful run among those are left out.',
      tags: TAG,
    })
    .output(
      z.object({
        jobs: z.array(
          z.object({
            jobName: z.string(),
            p50: z.number().describe('Half took no longer, in milliseconds'),
            p95: z.number().describe('95 % took no longer'),
            runs: count.describe('Successful runs that were read'),
          }),
        ),
      }),
    ),

  recent: routeFor('view')
    .route({
      method: 'GET',
      path: `${PATH}/{jobName}/recent`,
      summary: 'The last five different parameters that a job was run with, among its last 100 finished runs',
      tags: TAG,
    })
    .input(byName)
    .output(
      z.object({
        recent: z.array(
          z.object({
            jobRunId: runId,
            status: z.enum(terminalStatuses),
            finishedAt: time,
            parameters: z.record(z.string(), z.unknown()),
          }),
        ),
      }),
    ),

  check: routeFor('run')
    .route({
      method: 'POST',
      path: `${PATH}/{jobName}/check`,
      summary: 'Check these parameters as enqueueing would, and whether runs of the job are active; changes nothing',
      tags: TAG,
    })
    .input(
      byName.extend({
        parameters: jobParameters.default({}),
        channel: enqueueOptions.channel,
        priority: enqueueOptions.priority,
      }),
    )
    .output(
      z.object({
        issues: z
          .array(z.object({ path: z.string(), message: z.string() }))
          .describe('What is wrong, with dotted paths such as `parameters.batchSize`; empty for nothing'),
        underWay: forViewers(z.array(underWay).describe('Runs of the job that run or wait, the first ten')),
        waiting: z
          .string()
          .nullable()
          .describe(
            'A sentence about what a run of it that was queued now would wait for: a pause, a full channel, a runner, or the runs before it; null for a job that this server does not know',
          ),
      }),
    ),
};
