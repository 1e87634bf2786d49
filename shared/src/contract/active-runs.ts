import * as z from 'zod';
import { limits } from '../limits.js';
import { jobName } from './enqueue-options.js';
import { routeFor } from './policy.js';
import { jobRunSummary, runId } from './run.js';

const TAG = ['Jobs'];
const count = z.number().int();

/** What an active run that can be cancelled does now. */
export const cancellableStates = ['running', 'due', 'retrying', 'scheduled', 'blocked'] as const;

const filter = {
  jobName: jobName.optional(),
  channel: z.string().min(1).max(100).optional(),
  state: z
    .enum(cancellableStates)
    .optional()
    .describe(
      '`due`: queued, and its time has come; `retrying` and `scheduled`: it has not; `blocked`: waits for other runs',
    ),
  jobRunIds: z.array(runId).min(1).max(limits.cancelledByIds).optional().describe('None but these'),
};

const isNarrowed = ({ jobName, channel, state, jobRunIds }: z.infer<z.ZodObject<typeof filter>>): boolean =>
  [jobName, channel, state, jobRunIds].some((value) => value !== undefined);
const NOT_NARROWED = 'name a job, a channel, a state or runs: all active runs together are cancelled by no one call';

/** Runs that have not ended, many at once. */
export const activeRuns = {
  previewCancel: routeFor('view')
    .route({
      method: 'POST',
      path: '/admin/jobs/active/cancel/preview',
      summary: 'Which runs of a job, a channel or a state a cancel would touch now; changes nothing',
      tags: TAG,
    })
    .input(z.strictObject(filter).refine(isNarrowed, NOT_NARROWED))
    .output(
      z.object({
        cancelled: count.describe('Queued runs, which would be cancelled at once'),
        asked: count.describe(
          'Running ones, which would be asked to stop; those that were asked already are not counted',
        ),
        byJob: z.array(z.object({ jobName: z.string(), runs: count })).describe('The first 20, the most runs first'),
        first: z.array(jobRunSummary).describe('The first 10 of them'),
        upTo: runId.nullable().describe('The newest of them, for the cancel; null where there are none'),
      }),
    ),

  cancel: routeFor('cancel')
    .route({
      method: 'POST',
      path: '/admin/jobs/active/cancel',
      summary: `Cancel what is queued of a job, a channel or a state and ask what is running to stop, up to ${limits.cancelledAtOnce} runs`,
      tags: TAG,
    })
    .input(
      z
        .strictObject({ ...filter, upTo: runId.describe('Of the preview: runs that were queued since are left alone') })
        .refine(isNarrowed, NOT_NARROWED),
    )
    .output(
      z.object({
        cancelled: count,
        asked: count,
        hasMore: z.boolean().describe('More match than one call cancels: call again'),
      }),
    ),
};
