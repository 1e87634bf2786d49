import * as z from 'zod';
import { limits } from '../limits.js';
import { isPlainText, NOT_PLAIN } from '../plain-text.js';
import { jobRunStatuses } from '../run.js';
import { cancellableStates } from './active-runs.js';
import { priority } from './enqueue-options.js';
import { historyFilter } from './history.js';
import { isoTime } from './iso-time.js';
import { routeFor } from './policy.js';
import { jobRunSummary, runId } from './run.js';

const TAG = ['Bulk operations'];
const count = z.number().int();
const time = z.iso.datetime();
const byOperation = z.strictObject({ operationId: runId });

/** What can be done to many runs by one operation. */
export const bulkActions = ['cancel', 'rerun', 'reschedule', 'purge', 'forceFail'] as const;
export type BulkAction = (typeof bulkActions)[number];

const keysOf = <Fields extends object>(fields: Fields) => Object.keys(fields) as (keyof Fields)[];
const activeFields = ['jobName', 'channel', 'state', 'queuedBefore'] as const;
/** Which fields of the filter each action reads. */
const fieldsOf = {
  cancel: activeFields,
  reschedule: activeFields,
  purge: ['jobName', 'channel', 'queuedBefore'],
  forceFail: ['jobName', 'channel', 'isStopping'],
  rerun: keysOf(historyFilter),
} as const satisfies Record<BulkAction, readonly (keyof BulkFilter)[]>;

const filter = z.strictObject({
  ...historyFilter,
  state: z.enum(cancellableStates).optional().describe('Of active runs'),
  queuedBefore: isoTime.optional().describe('Active runs that were queued before this moment'),
  isStopping: z.literal(true).optional().describe('Running runs that were requested to stop and go on'),
});
/** Which runs: those that match all that is given; `rerun` reads the filter of the history, the others that of active runs. */
export type BulkFilter = z.infer<typeof filter>;

/** Stored with the operation, in the audit log and in the messages of the runs. */
const reason = z.string().trim().max(limits.reasonChars).refine(isPlainText, NOT_PLAIN);

export const bulkRequest = z
  .strictObject({
    action: z
      .enum(bulkActions)
      .describe(
        '`cancel`: what waits is cancelled, what runs is requested to stop; `purge`: cancels all that waits in a channel; `rerun`: queues ended runs again, as one batch; `reschedule`: due now, or another priority, for runs that wait; `forceFail`: requests running runs to stop, and fails those that still go on after `graceMs`',
      ),
    ids: z.array(runId).min(1).max(limits.bulkIds).optional().describe('These runs; instead of `filter`'),
    filter: filter.optional().describe('All runs that match; instead of `ids`'),
    priority: priority.optional().describe('Of `reschedule`: instead of due now'),
    graceMs: z
      .number()
      .int()
      .min(0)
      .max(limits.forceFailGraceMs)
      .optional()
      .describe(
        'Of `forceFail`: time to stop by itself, from the first request; `forceFailAfterMs` of the definitions where left out',
      ),
    reason: reason.optional(),
  })
  .superRefine((given, context) => {
    for (const { path, message } of problemsOf(given)) context.addIssue({ code: 'custom', path, message });
  });
/** A request as it is read, before it is compared with the runs there are. */
export interface BulkRequest {
  action: BulkAction;
  ids?: string[];
  filter?: BulkFilter;
  priority?: number;
  graceMs?: number;
  reason?: string;
}

function problemsOf({ action, ids, filter: given, priority: wanted, graceMs }: BulkRequest) {
  const problems: { path: string[]; message: string }[] = [];
  const add = (path: string[], message: string) => problems.push({ path, message });
  if ((ids === undefined) === (given === undefined)) add(['filter'], 'give either `ids` or `filter`');
  const named = Object.entries(given ?? {}).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  if (given !== undefined && named.length === 0) add(['filter'], 'must name at least one condition');
  const known: readonly string[] = fieldsOf[action];
  for (const name of named) if (!known.includes(name)) add(['filter', name], `does not go with the action "${action}"`);
  if (action === 'purge' && given?.channel === undefined) add(['filter', 'channel'], 'is needed by the action "purge"');
  if (wanted !== undefined && action !== 'reschedule')
    add(['priority'], 'goes with the action "reschedule", and only with it');
  if (graceMs !== undefined && action !== 'forceFail')
    add(['graceMs'], 'goes with the action "forceFail", and only with it');
  if (given?.from && given.to && Date.parse(given.from) >= Date.parse(given.to))
    add(['filter', 'from'], 'must be before `to`');
  return problems;
}

export const bulkStates = ['RUNNING', 'DONE', 'ABORTED', 'FAILED'] as const;

const reasons = z.array(z.object({ reason: z.string(), count }));

export const bulkOperation = z.object({
  id: runId,
  action: z.enum(bulkActions),
  state: z.enum(bulkStates).describe('`FAILED`: stopped by an error, which `error` has'),
  total: count.describe('Runs of the preview'),
  done: count,
  skipped: count.describe('Runs that had changed since the preview, or could not be changed'),
  problems: reasons.describe('Why runs were skipped'),
  ids: count.nullable().describe('How many runs were named one by one; null for a filter'),
  filter: filter.nullable(),
  reason: z.string().nullable(),
  batchId: runId.nullable().describe('The batch of the runs that a re-run queued: to cancel it takes the re-run back'),
  createdBy: z.string().nullable(),
  startedAt: time,
  finishedAt: time.nullable(),
  abortedBy: z.string().nullable(),
  error: z.string().nullable(),
});
export type BulkOperation = z.infer<typeof bulkOperation>;

const answer = z.object({ operation: bulkOperation });

export const bulkPreview = z.object({
  token: z.uuid().describe('Starts the operation on exactly these runs, for 15 minutes'),
  total: count,
  isCut: z.boolean().describe(`More match than the ${limits.bulkRuns} that one operation takes`),
  searchedBackTo: time
    .nullable()
    .describe('How far back a condition without an index was checked; null where all runs of the range were read'),
  rest: z
    .object({ from: time.optional(), to: time.optional() })
    .nullable()
    .describe('Of a re-run that has not all runs: the same request with these times in its filter has the others'),
  byJob: z.array(z.object({ jobName: z.string(), runs: count })).describe('The first 20, the most runs first'),
  byStatus: z.array(z.object({ status: z.enum(jobRunStatuses), runs: count })),
  first: z.array(jobRunSummary).describe('The first 10 of them'),
  cannot: reasons.describe('Runs that were named or match, and can not be changed'),
});
export type BulkPreview = z.infer<typeof bulkPreview>;

/** Acts on many runs: a preview, and an operation that any process works off in steps. */
export const bulk = {
  preview: routeFor('bulk', 'view')
    .route({
      method: 'POST',
      path: '/admin/jobs/bulk/preview',
      summary: 'Which runs an act on many would touch; changes none of them',
      description:
        'Needs besides `bulk` what the action needs for one run: `cancel`, `run` and `retry` for `rerun`, `run` for `reschedule`, `purge`, `forceFail`.',
      tags: TAG,
    })
    .input(bulkRequest)
    .output(bulkPreview),

  begin: routeFor('bulk', 'view')
    .route({
      method: 'POST',
      path: '/admin/jobs/bulk',
      summary: 'Start what was previewed; sent again it answers the same operation',
      description:
        'The runs of the preview and no others: one that has changed meanwhile is skipped and counted. Goes on in another process when its own ends.',
      tags: TAG,
    })
    .input(
      z.strictObject({
        token: z.uuid().describe('Of the preview; only the caller of it can start it'),
        reason: reason.optional().describe('Instead of that of the preview'),
      }),
    )
    .output(answer),

  list: routeFor('view')
    .route({
      method: 'GET',
      path: '/admin/jobs/bulk',
      summary: 'Operations on many runs, the newest first, at most 50',
      tags: TAG,
    })
    .input(z.strictObject({ state: z.enum(bulkStates).optional() }))
    .output(z.object({ operations: z.array(bulkOperation) })),

  get: routeFor('view')
    .route({
      method: 'GET',
      path: '/admin/jobs/bulk/{operationId}',
      summary: 'One operation and how far it is',
      tags: TAG,
    })
    .input(byOperation)
    .output(answer),

  abort: routeFor('bulk', 'view')
    .route({
      method: 'POST',
      path: '/admin/jobs/bulk/{operationId}/abort',
      summary: 'Stop an operation after its current step; what is done stays',
      description: 'Needs the permissions that starting it needs. One that has ended is answered as it is.',
      tags: TAG,
    })
    .input(byOperation)
    .output(answer),
};
