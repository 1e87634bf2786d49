import * as z from 'zod';
import { isWithinDepth, limits } from '../limits.js';
import { isPlainText, NOT_PLAIN } from '../plain-text.js';
import { correlationId, declaredJobName } from './enqueue-options.js';
import { stepPlan, stepReport } from './message.js';
import { routeFor } from './policy.js';
import { jobRun, jobRunSummary, runId } from './run.js';

const TAG = ['External programs'];

const record = z
  .record(z.string(), z.unknown())
  .refine((value) => isWithinDepth(value), `must not be nested deeper than ${limits.jsonDepth}`);

const lease = z.strictObject({
  jobRunId: runId,
  leaseToken: z.uuid().describe('From the answer of `start`: proves that the run is still yours'),
});

/** The fields of every answer to an external program. */
const instruction = z.object({
  jobRunId: runId,
  shouldStop: z.boolean().describe('The run was cancelled: wind up, then call `fail` with `cancelled: true`'),
});

const MILLISECONDS_A_DAY = 86_400_000;

const KEPT = `Kept up to ${limits.messageChars} characters; the rest is cut and counted`;

/** A blank one among others stays: a program sends its output as it is. */
const line = z.strictObject({
  level: z
    .enum(['info', 'warn', 'warning', 'error'])
    .transform((level) => (level === 'warning' ? 'warn' : level))
    .default('info'),
  message: z.string().describe(KEPT),
  data: record.optional(),
});

const IDEMPOTENT = 'With an `Idempotency-Key` header, a repeated call does nothing twice.';

/** Runs that a program of any language executes over the API. */
export const external = {
  list: routeFor('view')
    .route({ method: 'GET', path: '/admin/jobs', summary: 'Active runs, and the latest finished ones', tags: TAG })
    .input(z.strictObject({ includePast: z.stringbool().optional() }))
    .output(z.object({ runs: z.array(jobRunSummary) })),

  start: routeFor('execute')
    .route({
      method: 'POST',
      path: '/admin/jobs/start',
      successStatus: 201,
      summary: 'Begin a run that the caller executes',
      description: IDEMPOTENT,
      tags: TAG,
    })
    .input(
      z.strictObject({
        jobName: declaredJobName,
        parameters: record.default({}),
        scope: z.string().min(1).max(200).refine(isPlainText, NOT_PLAIN).optional(),
        correlationId: correlationId.optional(),
        algorithmVersion: z.string().min(1).max(50).refine(isPlainText, NOT_PLAIN).optional(),
        steps: z.array(stepPlan).max(limits.steps).optional(),
        timeoutMs: z.number().int().min(1_000).max(limits.farMs).optional(),
        inactivityTimeoutMs: z.number().int().min(1_000).max(MILLISECONDS_A_DAY).optional(),
      }),
    )
    .output(instruction.extend({ leaseToken: z.uuid(), run: jobRun })),

  getProgress: routeFor('view')
    .route({ method: 'GET', path: '/admin/jobs/{jobRunId}/progress', summary: 'How far a run is', tags: TAG })
    .input(z.strictObject({ jobRunId: runId }))
    .output(
      instruction.extend({
        status: jobRun.shape.status,
        progress: z.number().min(0).max(1).nullable(),
        progressMessage: z.string().nullable(),
        steps: jobRun.shape.steps,
      }),
    ),

  progress: routeFor('execute')
    .route({
      method: 'POST',
      path: '/admin/jobs/{jobRunId}/progress',
      summary: 'Report progress: as a number, or by steps',
      tags: TAG,
    })
    .input(
      lease.extend({
        progress: z.number().min(0).max(1).optional(),
        message: z.string().optional(),
        pipeline: z.array(stepPlan).max(limits.steps).optional().describe('Plans the steps, or adds to the plan'),
        steps: z.array(stepReport).max(limits.steps).optional(),
      }),
    )
    .output(instruction),

  heartbeat: routeFor('execute')
    .route({
      method: 'POST',
      path: '/admin/jobs/{jobRunId}/heartbeat',
      summary: 'Send a heartbeat without other reports',
      tags: TAG,
    })
    .input(lease)
    .output(instruction),

  message: routeFor('execute')
    .route({
      method: 'POST',
      path: '/admin/jobs/{jobRunId}/message',
      summary: 'Write a message, or several',
      description: IDEMPOTENT,
      tags: TAG,
    })
    .input(
      lease
        .extend({
          ...line.shape,
          message: z.string().min(1).describe(KEPT).optional(),
          messages: z.array(line).min(1).max(limits.messagesPerCall).optional().describe('Several, instead of one'),
        })
        .refine(({ message, messages }) => (message === undefined) !== (messages === undefined), {
          error: 'needs either `message` or `messages`',
          path: ['message'],
        }),
    )
    .output(instruction),

  complete: routeFor('execute')
    .route({
      method: 'POST',
      path: '/admin/jobs/{jobRunId}/complete',
      summary: 'End the run as a success',
      description: 'Sent again by the same program, it answers the same.',
      tags: TAG,
    })
    .input(lease.extend({ metadata: record.optional() }))
    .output(z.object({ jobRunId: runId, run: jobRun })),

  fail: routeFor('execute')
    .route({
      method: 'POST',
      path: '/admin/jobs/{jobRunId}/fail',
      summary: 'End the run as failed, or as cancelled where it was requested to stop',
      description: 'Sent again by the same program, it answers the same.',
      tags: TAG,
    })
    .input(
      lease.extend({
        error: z.string().optional().describe(`Kept up to ${limits.errorChars} characters`),
        errorStack: z.string().optional().describe(`Kept up to ${limits.stackChars} characters`),
        cancelled: z.boolean().default(false).describe('The program stopped because it was requested to'),
        metadata: record.optional(),
      }),
    )
    .output(z.object({ jobRunId: runId, run: jobRun })),
};
