import * as z from 'zod';
import { isWithinDepth, limits } from '../limits.js';
import { terminalStatuses } from '../run.js';
import { routeFor } from './policy.js';
import { jobDefinition, jobRun, jobRunSummary, jobStats, runId } from './run.js';

const TAG = ['Jobs'];
const jobName = z.string().min(1).max(100);
const byRun = z.object({ jobRunId: runId });

export const jobs = {
  definitions: routeFor('view')
    .route({ method: 'GET', path: '/admin/jobs/definitions', summary: 'Jobs that can be run', tags: TAG })
    .output(
      z.object({
        jobs: z.array(jobDefinition),
        stalledAfterMs: z.number().int().describe('Silence after which a run counts as stalled'),
        forceFailAfterMs: z.number().int().describe('How long after its cancel a run may be force-failed'),
      }),
    ),

  history: routeFor('view')
    .route({ method: 'GET', path: '/admin/jobs/history', summary: 'Finished runs, newest first', tags: TAG })
    .input(
      z.object({
        jobName: jobName.optional(),
        status: z.enum(terminalStatuses).optional(),
        page: z.coerce.number().int().min(1).max(1_000_000_000).default(1),
        pageSize: z.coerce.number().int().min(1).max(limits.pageSize).default(50),
      }),
    )
    .output(
      z.object({
        runs: z.array(jobRunSummary),
        total: z.number().int(),
        page: z.number().int(),
        pageSize: z.number().int(),
      }),
    ),

  active: routeFor('view')
    .route({
      method: 'GET',
      path: '/admin/jobs/active',
      summary: 'All running runs and the first queued ones, in claim order',
      tags: TAG,
    })
    .output(z.object({ runs: z.array(jobRunSummary) })),

  stats: routeFor('view')
    .route({
      method: 'GET',
      path: '/admin/jobs/stats',
      summary: 'Counts, at most 30 s old unless refreshed',
      tags: TAG,
    })
    .input(z.object({ refresh: z.stringbool().optional() }))
    .output(jobStats),

  get: routeFor('view')
    .route({ method: 'GET', path: '/admin/jobs/{jobRunId}', summary: 'One run, whole', tags: TAG })
    .input(byRun)
    .output(jobRun),

  enqueue: routeFor('run')
    .route({
      method: 'POST',
      path: '/admin/jobs/enqueue',
      successStatus: 201,
      summary: 'Queue a run',
      description: 'With an `Idempotency-Key` header, the same key answers the same run and queues nothing twice.',
      tags: TAG,
    })
    .input(
      z.object({
        jobName,
        parameters: z
          .record(z.string(), z.unknown())
          .refine((value) => isWithinDepth(value), `must not be nested deeper than ${limits.jsonDepth}`)
          .default({}),
        rerunOfId: runId.optional().describe('The finished run that this one repeats'),
      }),
    )
    .output(z.object({ jobRunId: runId, run: jobRun })),

  cancel: routeFor('cancel')
    .route({
      method: 'POST',
      path: '/admin/jobs/{jobRunId}/cancel',
      summary: 'Cancel a queued run at once, or ask a running one to stop',
      tags: TAG,
    })
    .input(byRun)
    .output(z.object({ run: jobRun })),
};
