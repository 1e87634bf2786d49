import * as z from 'zod';
import { onConflicts, uniqueScopes, waitConditions } from '../enqueue.js';
import { isWithinDepth, limits } from '../limits.js';
import { isPlainText, NOT_PLAIN } from '../plain-text.js';
import { isoTime } from './iso-time.js';
import { runId } from './run-id.js';

/** Names of jobs, also of those without code in this process. */
export const jobName = z.string().min(1).max(100);

/** The name of a job in code, or of one that an external program brings: most names that other queues allow, and safe in a URL. */
export const declaredJobName = z
  .string()
  .regex(/^[A-Za-z][\w.:-]{0,99}$/, 'must begin with a letter; letters, digits and . : _ - follow, at most 100 in all');

export const channelName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,99}$/, 'must begin with a lower case letter; lower case letters, digits and hyphens');

export const jobParameters = z
  .record(z.string(), z.unknown())
  .refine((value) => isWithinDepth(value), `must not be nested deeper than ${limits.jsonDepth}`);

export const priority = z.number().int().min(-limits.priority).max(limits.priority);
/** A duration in milliseconds. */
const ms = (least: number) => z.number().int().min(least).max(limits.farMs);

export const retryPolicy = z.strictObject({
  backoffMs: ms(0),
  factor: z.number().min(1).max(100).default(2),
  maxBackoffMs: ms(0).default(3_600_000),
});

export const waitCondition = z
  .enum(waitConditions)
  .describe('`succeeded`: cancelled when one of them does not succeed; `finished`: runs whatever became of them');

export const unique = z
  .strictObject({
    key: z.string().min(1).max(limits.uniqueKeyChars),
    scope: z
      .enum(uniqueScopes)
      .default('running')
      .describe('How long the key is taken: until the run is claimed, until it has ended, or for `periodMs`'),
    periodMs: ms(1).optional().describe('With the scope `period`: for so long after it was enqueued'),
    onConflict: z
      .enum(onConflicts)
      .default('existing')
      .describe(
        '`refuse`: 409; `existing`: answer the run that has the key; `replace`: give the queued run these parameters and this time, and where it has begun wait behind it; `after`: wait behind it',
      ),
    maxWaitMs: ms(0)
      .optional()
      .describe('With `replace`: the run is due so long after the first request of the key at the latest'),
  })
  .refine(({ maxWaitMs, onConflict }) => maxWaitMs === undefined || onConflict === 'replace', {
    path: ['maxWaitMs'],
    message: 'goes with onConflict "replace", and only with it',
  })
  .refine((given) => (given.scope === 'period') === (given.periodMs !== undefined), {
    path: ['periodMs'],
    message: 'goes with the scope "period", and only with it',
  });
export type Unique = z.infer<typeof unique>;

/** The caller's own id of what a run belongs to. */
export const correlationId = z
  .string()
  .min(1)
  .max(limits.correlationChars)
  .describe(
    'Your own id of what the run belongs to, to find it by; without, `X-Correlation-Id` or the trace id of `traceparent`, else that of the run it repeats or waits for',
  );

/** How a run is to be queued; the job decides what is left out. */
export const enqueueOptions = {
  channel: channelName.optional(),
  priority: priority.optional().describe('Lower runs first, within the channel'),
  runAt: isoTime.optional().describe('Not before this time'),
  delayMs: ms(0).optional().describe('Not before so long from now; instead of `runAt`'),
  scope: z
    .string()
    .min(1)
    .max(200)
    .refine(isPlainText, NOT_PLAIN)
    .optional()
    .describe('What the run is about, for people'),
  correlationId: correlationId.optional(),
  maxAttempts: z.number().int().min(1).max(limits.attempts).optional(),
  retry: retryPolicy.optional(),
  timeoutMs: ms(1).nullable().optional().describe('How long an attempt may take; null for as long as it likes'),
  after: z.array(runId).min(1).max(limits.dependencies).optional().describe('Runs to wait for, by id'),
  when: waitCondition.optional().describe('What is expected of the runs in `after`; `succeeded` by default'),
};
