import * as z from 'zod';
import { limits } from '../limits.js';
import { isPlainText, NOT_PLAIN } from '../plain-text.js';
import { jobRunStatuses } from '../run.js';
import { isoTime } from './iso-time.js';
import { forViewers, routeFor } from './policy.js';
import { jobRun, jobRunSummary, runId } from './run.js';

const TAG = ['Health and recovery'];

/** What a person has to type for an emergency cleanup. */
export const EMERGENCY_CONFIRMATION = 'FAIL ALL RUNNING JOBS';

const affected = z.object({
  run: jobRunSummary,
  /** The state after the cleanup. */
  becomes: z.enum(jobRunStatuses),
  reason: z.string(),
});

/** Recovery of runs that don't end by themselves. */
export const recovery = {
  previewCleanup: routeFor('cleanup')
    .route({
      method: 'GET',
      path: '/admin/jobs/cleanup-stalled',
      summary: 'The runs that a cleanup would recover, and why',
      tags: TAG,
    })
    .output(
      z.object({
        jobRunIds: z.array(runId),
        runs: forViewers(z.array(affected)),
        serverTime: z.iso.datetime(),
      }),
    ),

  cleanupStalled: routeFor('cleanup')
    .route({
      method: 'POST',
      path: '/admin/jobs/cleanup-stalled',
      summary: 'Recover the runs whose runner sends no heartbeats',
      description: 'Each goes back to the queue while it has attempts left, and fails otherwise.',
      tags: TAG,
    })
    .input(
      z.strictObject({
        jobRunIds: z.array(runId).min(1).max(1_000).optional().describe('Only these, where they are still stalled'),
      }),
    )
    .output(
      z.object({
        cleaned: z.number().int(),
        jobRunIds: z.array(runId),
        runs: forViewers(z.array(jobRunSummary)),
      }),
    ),

  forceFail: routeFor('forceFail')
    .route({
      method: 'POST',
      path: '/admin/jobs/{jobRunId}/force-fail',
      summary: 'Stop a running run, by force where it does not stop by itself',
      description:
        'Requests the run to stop, unless that was requested before, and fails it when it still runs `graceMs` after the first request. The answer is the run as it is now: FAILED where that time is over already, and at `forceFailAt` otherwise. The lease is taken away: whatever the runner still writes is refused.',
      tags: TAG,
    })
    .input(
      z.strictObject({
        jobRunId: runId,
        reason: z.string().trim().max(300).refine(isPlainText, NOT_PLAIN).optional(),
        graceMs: z
          .number()
          .int()
          .min(0)
          .max(limits.forceFailGraceMs)
          .optional()
          .describe('Time to stop by itself; `forceFailAfterMs` of the definitions where left out'),
      }),
    )
    .output(
      z.object({
        run: jobRun,
        forceFailAt: z.iso
          .datetime()
          .nullable()
          .describe('When it is failed unless it has stopped; null when it has ended'),
      }),
    ),

  previewEmergency: routeFor('emergency')
    .route({
      method: 'GET',
      path: '/admin/jobs/emergency-cleanup',
      summary: 'The runs that an emergency cleanup would fail',
      tags: TAG,
    })
    .output(z.object({ runs: z.array(affected), serverTime: z.iso.datetime() })),

  emergencyCleanup: routeFor('emergency')
    .route({
      method: 'POST',
      path: '/admin/jobs/emergency-cleanup',
      summary: 'Fail all running runs',
      tags: TAG,
    })
    .input(
      z.strictObject({
        confirmation: z.literal(EMERGENCY_CONFIRMATION, `must be "${EMERGENCY_CONFIRMATION}"`),
        startedBefore: isoTime.describe('The `serverTime` of the preview: runs that started later are left alone'),
        reason: z.string().trim().max(300).refine(isPlainText, NOT_PLAIN).optional(),
      }),
    )
    .output(z.object({ failed: z.number().int(), runs: z.array(jobRunSummary) })),
};
