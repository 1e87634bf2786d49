import * as z from 'zod';
import { limits } from '../limits.js';
import { enqueueOptions, jobName, jobParameters, priority, unique } from './enqueue-options.js';
import { historyFilter } from './history.js';
import { isoTime } from './iso-time.js';
import { jobSettings } from './job-overrides.js';
import { forViewers, routeFor } from './policy.js';
import { jobDefinition, jobRun, jobRunSummary, jobStats, runId } from './run.js';

const TAG = ['Jobs'];
const byRun = z.strictObject({ jobRunId: runId });

/** A job as it is listed: the declarations of its code, and the settings of operators. */
export const listedJob = jobDefinition.extend({ settings: jobSettings });

export const jobs = {
  definitions: routeFor('view')
    .route({ method: 'GET', path: '/admin/jobs/definitions', summary: 'Jobs that can be run', tags: TAG })
    .output(
      z.object({
        jobs: z.array(listedJob),
        stalledAfterMs: z.number().int().describe('Time without a heartbeat after which a run counts as stalled'),
        forceFailAfterMs: z
          .number()
          .int()
          .describe(
            'How long a run that is force-failed may take to stop by itself, where the call names no other time',
          ),
      }),
    ),

  history: routeFor('view')
    .route({
      method: 'GET',
      path: '/admin/jobs/history',
      summary: 'Finished runs, newest first',
      description:
        'By job, status, time and cause alone, pages have numbers and `total` is exact. With any other condition runs are read from the newest back, at most 100,000 and for 1.5 s in one call: `searchedBackTo` says how far, and `cursor` goes on from there.',
      tags: TAG,
    })
    .input(
      z.strictObject({
        ...historyFilter,
        cursor: z.string().min(1).max(200).optional().describe('Of the page before, where it answered one'),
        page: z.coerce.number().int().min(1).max(1_000_000_000).default(1),
        pageSize: z.coerce.number().int().min(1).max(limits.pageSize).default(50),
      }),
    )
    .output(
      z.object({
        runs: z.array(jobRunSummary),
        total: z.number().int().describe('Of this page alone, where it is not exact'),
        totalIsExact: z.boolean(),
        searchedBackTo: z.iso.datetime().nullable().describe('Older runs were not read; null where all were'),
        cursor: z
          .string()
          .nullable()
          .describe('Goes on with older runs; null where there are none, or pages have numbers'),
        page: z.number().int(),
        pageSize: z.number().int(),
      }),
    ),

  historyJobNames: routeFor('view')
    .route({
      method: 'GET',
      path: '/admin/jobs/history/job-names',
      summary: 'Names of all jobs with finished runs',
      description: 'Also those of external programs and of jobs without code; the first 1,000 in order.',
      tags: TAG,
    })
    .output(z.object({ jobNames: z.array(z.string()) })),

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
    .input(z.strictObject({ refresh: z.stringbool().optional() }))
    .output(jobStats),

  get: routeFor('view')
    .route({ method: 'GET', path: '/admin/jobs/{jobRunId}', summary: 'One run, whole', tags: TAG })
    .input(byRun)
    .output(jobRun),

  reveal: routeFor('viewSecrets', 'view')
    .route({
      method: 'POST',
      path: '/admin/jobs/{jobRunId}/reveal',
      summary: 'The parameters of a run with the secrets in them; written to the audit log',
      description:
        'Everywhere else a text under the name of a secret is `[redacted]`, and so are secrets within texts.',
      tags: TAG,
    })
    .input(byRun)
    .output(z.object({ parameters: z.record(z.string(), z.unknown()) })),

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
      z.strictObject({
        jobName,
        parameters: jobParameters.default({}),
        rerunOfId: runId
          .optional()
          .describe(
            'The finished run that this one repeats; where a parameter is left `[redacted]`, as the answers show it, that run’s own value is taken',
          ),
        ...enqueueOptions,
        unique: unique.optional(),
      }),
    )
    .output(
      z.object({
        jobRunId: runId,
        run: forViewers(jobRun),
        isNew: z.boolean().describe('False where the key of the call, or of the run, was taken'),
        note: forViewers(
          z
            .string()
            .nullable()
            .describe('A sentence for people: which earlier run is answered, and its state; null for a new one'),
        ),
      }),
    ),

  cancel: routeFor('cancel')
    .route({
      method: 'POST',
      path: '/admin/jobs/{jobRunId}/cancel',
      summary: 'Cancel a queued run at once, or request a running one to stop',
      tags: TAG,
    })
    .input(
      byRun.extend({ graph: z.boolean().optional().describe('Also the runs it waits for and those that wait for it') }),
    )
    .output(z.object({ jobRunId: runId, run: forViewers(jobRun) })),

  reschedule: routeFor('run')
    .route({
      method: 'POST',
      path: '/admin/jobs/{jobRunId}/reschedule',
      summary: 'Run a queued run now, not before another time, or before or after others',
      description:
        'Now, where neither a time nor a priority is given: a run that waits for its time or its next attempt becomes due. A priority alone leaves its time as it is.',
      tags: TAG,
    })
    .input(
      byRun.extend({
        runAt: isoTime.optional(),
        priority: priority.describe('Lower runs first, within the channel').optional(),
      }),
    )
    .output(z.object({ jobRunId: runId, run: forViewers(jobRun) })),
};
