import * as z from 'zod';
import { limits } from '../limits.js';
import { isPlainText, NOT_PLAIN } from '../plain-text.js';
import { enqueueOptions, jobName, jobParameters, waitCondition } from './enqueue-options.js';
import { forViewers, routeFor } from './policy.js';
import { jobRunSummary, runId } from './run.js';
import { runGraph } from './run-lists.js';

const TAG = ['Batches'];
const time = z.iso.datetime();
const byBatch = z.strictObject({ batchId: runId });
const count = z.number().int();

export const jobRunBatch = z.object({
  id: runId,
  name: z.string(),
  total: count,
  counts: z.object({ queued: count, running: count, success: count, failed: count, cancelled: count }),
  /** Runs that have ended, of all. */
  progressPercent: z.number().min(0).max(100),
  callbackRunId: runId.nullable(),
  createdAt: time,
  createdBy: z.string().nullable(),
  finishedAt: time.nullable(),
});
export type JobRunBatch = z.infer<typeof jobRunBatch>;

const batchRun = z.strictObject({
  ...enqueueOptions,
  ref: z.string().min(1).max(100).optional().describe('A name within this call, for `after` of others'),
  jobName,
  parameters: jobParameters.default({}),
  after: z
    .array(z.string().min(1).max(100))
    .min(1)
    .max(limits.dependencies)
    .optional()
    .describe('Runs to wait for: `ref` of runs of this call, or `#` and the id of another run'),
});

const EMPTY_BATCH = 'must not be empty: nothing would ever end the batch; queue its callback by itself';

/** What a batch is queued from. */
export const batchRequest = z.strictObject({
  name: z.string().trim().min(1).max(200).refine(isPlainText, NOT_PLAIN),
  runs: z.array(batchRun).min(1, EMPTY_BATCH).max(limits.batchRuns),
  callback: z
    .strictObject({ jobName, parameters: jobParameters.default({}), when: waitCondition.default('finished') })
    .optional()
    .describe('A run that begins when all of the batch have ended'),
});

/** Many runs at once, waiting for one another or not, with one progress, one cancel and one callback. */
export const batches = {
  enqueueBatch: routeFor('run')
    .route({
      method: 'POST',
      path: '/admin/jobs/batches',
      successStatus: 201,
      summary: `Queue up to ${limits.batchRuns} runs at once: all of them or none`,
      tags: TAG,
    })
    .input(batchRequest)
    .output(
      z.object({
        batchId: runId,
        jobRunIds: z.array(runId).describe('In the order of `runs`'),
        batch: forViewers(jobRunBatch),
      }),
    ),

  listBatches: routeFor('view')
    .route({ method: 'GET', path: '/admin/jobs/batches', summary: 'Batches, the newest first', tags: TAG })
    .input(
      z.strictObject({
        page: z.coerce.number().int().min(1).max(1_000_000).default(1),
        pageSize: z.coerce.number().int().min(1).max(limits.pageSize).default(50),
      }),
    )
    .output(z.object({ batches: z.array(jobRunBatch), total: count, page: count, pageSize: count })),

  getBatch: routeFor('view')
    .route({ method: 'GET', path: '/admin/jobs/batches/{batchId}', summary: 'One batch and its progress', tags: TAG })
    .input(byBatch)
    .output(z.object({ batch: jobRunBatch })),

  batchRuns: routeFor('view')
    .route({ method: 'GET', path: '/admin/jobs/batches/{batchId}/runs', summary: 'Runs of a batch', tags: TAG })
    .input(
      byBatch.extend({
        page: z.coerce.number().int().min(1).max(1_000_000).default(1),
        pageSize: z.coerce.number().int().min(1).max(limits.pageSize).default(50),
        failedOnly: z.stringbool().optional().describe('Only those that failed; `total` is their number then'),
      }),
    )
    .output(z.object({ runs: z.array(jobRunSummary), total: count, page: count, pageSize: count })),

  batchGraph: routeFor('view')
    .route({
      method: 'GET',
      path: '/admin/jobs/batches/{batchId}/graph',
      summary: 'Runs of a batch that wait for others or have others wait for them, at most 500',
      tags: TAG,
    })
    .input(byBatch)
    .output(runGraph),

  previewCancelBatch: routeFor('view')
    .route({
      method: 'GET',
      path: '/admin/jobs/batches/{batchId}/cancel/preview',
      summary: 'What cancelling a batch would do now',
      tags: TAG,
    })
    .input(byBatch)
    .output(
      z.object({
        batchId: runId,
        cancelled: count.describe('Queued runs, which would be cancelled at once'),
        requested: count.describe(
          'Running ones, which would be requested to stop; those with an earlier request are not counted',
        ),
        byJob: z.array(z.object({ jobName: z.string(), runs: count })).describe('The first 20, the most runs first'),
        first: z.array(jobRunSummary).describe('The first 10 of them'),
      }),
    ),

  cancelBatch: routeFor('cancel')
    .route({
      method: 'POST',
      path: '/admin/jobs/batches/{batchId}/cancel',
      summary: 'Cancel the queued runs of a batch and request the running ones to stop',
      tags: TAG,
    })
    .input(byBatch)
    .output(z.object({ batchId: runId, cancelled: count, requested: count, batch: forViewers(jobRunBatch) })),
};
