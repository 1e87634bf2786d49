import * as z from 'zod';
import { channelName } from './enqueue-options.js';
import { routeFor } from './policy.js';
import { runId } from './run-id.js';

const TAG = ['Batches'];
const count = z.number().int();

export const selfTestStates = ['RUNNING', 'PASSED', 'FAILED'] as const;

const selfTestResult = z.object({
  batchId: runId,
  state: z
    .enum(selfTestStates)
    .describe('`PASSED`: all runs have ended as they were to, each after one execution; `FAILED`: one has not'),
  total: count,
  ended: count,
  asExpected: count.describe('Ended as they were to: those that were to fail have failed, all others succeeded'),
  executedAgain: count.describe('Executed more than once'),
  startP50Ms: z.number().nullable().describe('How long runs waited for a runner; null before one has started'),
  startP95Ms: z.number().nullable(),
  runners: z.array(z.object({ name: z.string().describe('`host:pid`'), runs: count })).describe('The first 50'),
});
export type SelfTestResult = z.infer<typeof selfTestResult>;

/** A batch of runs that do nothing but wait, to see whether the queue works. */
export const selfTest = {
  start: routeFor('run')
    .route({
      method: 'POST',
      path: '/admin/jobs/self-test',
      successStatus: 201,
      summary: 'Queue a test batch: runs of the internal job `queue-self-test`, which wait a moment',
      description:
        'To cancel it, cancel the batch. Its runs are in the history and the charts, and do not count in the statistics of the last 24 hours.',
      tags: TAG,
    })
    .input(
      z.strictObject({
        runs: z.number().int().min(1).max(1_000).default(10),
        failing: z.number().int().min(0).max(1_000).default(0).describe('So many of them fail on purpose'),
        channel: channelName.optional().describe('`default` where left out'),
      }),
    )
    .output(z.object({ batchId: runId })),

  result: routeFor('view')
    .route({
      method: 'GET',
      path: '/admin/jobs/self-test/{batchId}',
      summary: 'How a test batch went so far',
      tags: TAG,
    })
    .input(z.strictObject({ batchId: runId }))
    .output(selfTestResult),
};
