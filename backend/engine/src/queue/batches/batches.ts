import type { Actor } from '@job-manager/client/actor';
import { checkBatch } from '@job-manager/client/check-call';
import { withCorrelationOfRun } from '@job-manager/client/correlation-of-run';
import { enqueueRuns } from '@job-manager/client/enqueue';
import { refusal } from '@job-manager/client/errors';
import { inSchema } from '@job-manager/client/in-schema';
import type { AnyJobs, RequestFor } from '@job-manager/client/job-types';
import type { BatchCallback, RunRequest } from '@job-manager/client/request';
import { inSendSpan } from '@job-manager/client/send-span';
import type { Sql as ClientSql } from '@job-manager/client/sql';
import { isTraced } from '@job-manager/client/tracing';
import type { Notifier } from '../../store/notifier.js';
import type { Sql } from '../../store/sql.js';
import { QueueError } from '../errors.js';
import type { Registry } from '../registry.js';
import { cancelBatch } from '../transitions/cancel.js';
import { type BatchRun, resolveReferences } from './references.js';

export interface BatchRequest<Jobs extends object = AnyJobs> {
  name: string;
  runs: readonly RequestFor<Jobs, BatchRun>[];
  callback?: BatchCallback;
  trigger: RunRequest['trigger'];
}

export interface NewBatch {
  batchId: string;
  /** In the order of the runs. */
  jobRunIds: string[];
}

/** Many runs with one progress, one cancel and one callback. Refusals are QueueErrors. */
export interface Batches<Jobs extends object = AnyJobs> {
  /** Queues all runs of a batch or none, in one statement; in a transaction of the caller with `sql`. */
  enqueueBatch(request: BatchRequest<Jobs>, actor: Actor, options?: { sql?: ClientSql }): Promise<NewBatch>;
  /**
   * Cancels the queued runs of a batch and requests the running ones to stop. The callback still runs when the last has
   * ended, unless it expects success: then it is cancelled, too.
   */
  cancelBatch(batchId: string, actor: Actor): Promise<{ cancelled: number; requested: number }>;
}

export interface BatchesOptions {
  sql: Sql;
  registry: Registry;
  notifier: Notifier;
  schema?: string;
}

const MAX_NAME_CHARS = 200;

export function createBatches({ sql, registry, notifier, schema }: BatchesOptions): Batches {
  return {
    enqueueBatch: async (request, actor, { sql: theirs } = {}) => {
      const { runs, callback } = await checked(request, registry);
      const batch = { name: request.name, callback };
      const options = { actor, notifies: theirs !== undefined, settingsOf: registry.settings, batch };
      const enqueue = (all: RunRequest[]) =>
        theirs ? enqueueRuns(inSchema(theirs, schema), all, options) : enqueueRuns(sql, all, options);
      const added = isTraced()
        ? await inSendSpan(runs, enqueue, (answer) => answer.runs.map(({ jobRunId }) => jobRunId))
        : await enqueue(runs);
      if (added.batchId === null) throw new Error('A batch was neither queued nor refused');
      if (!theirs) notifier.queued();
      return { batchId: added.batchId, jobRunIds: added.runs.map(({ jobRunId }) => jobRunId) };
    },

    cancelBatch: async (batchId, actor) => {
      const { cancelled, requested } = await cancelBatch(sql, batchId, actor);
      for (const runId of requested) notifier.cancelRequested(runId);
      if (cancelled > 0) notifier.changed();
      return { cancelled, requested: requested.length };
    },
  };
}

async function checked({ name, runs, callback, trigger }: BatchRequest, registry: Registry) {
  if (name.trim() === '' || name.length > MAX_NAME_CHARS) {
    throw refusal('INVALID_INPUT', 'name', `must have 1 to ${MAX_NAME_CHARS} characters`);
  }
  const requests = resolveReferences(runs).map((request) => withCorrelationOfRun({ ...request, trigger }));
  checkBatch(requests, callback);
  for (const [index, request] of requests.entries()) await checkJob(request, registry, `runs.${index}.`);
  if (callback !== undefined) await checkJob(callback, registry, 'callback.');
  return { runs: requests, callback };
}

/** The registry's check, with the path of the run in the call. */
async function checkJob({ jobName, parameters = {} }: BatchCallback, registry: Registry, at: string): Promise<void> {
  try {
    await registry.check(jobName, parameters);
  } catch (error) {
    if (!(error instanceof QueueError)) throw error;
    const issues = error.issues.length > 0 ? error.issues : [{ path: 'jobName', message: error.message }];
    const prefixed = issues.map(({ path, message }) => ({ path: `${at}${path}`, message }));
    throw new QueueError(error.code, prefixed.map(({ path, message }) => `${path}: ${message}`).join('; '), prefixed);
  }
}
