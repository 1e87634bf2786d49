import { unknownBatch } from '@job-manager/engine/queue/errors';
import { type BatchRow, previewCancel, readBatch, readBatches, readBatchRuns } from '@job-manager/engine/store/batches';
import { readBatchGraph } from '@job-manager/engine/store/run-graph';
import { contract } from '@job-manager/shared/contract/index';
import { implement } from '@orpc/server';
import { presentBatch } from '../present/batch.js';
import { presentGraph } from '../present/graph.js';
import { actorOf, type CallContext, callerOf, type HttpDeps } from './context.js';
import { correlationIdOf } from './correlation.js';
import { publicBaseOf } from './mounted.js';
import { hasCodeIn, presentQueuedRuns } from './present-queued.js';

const os = implement(contract.batches).$context<CallContext>();

/** Runs that were queued together. */
export function createBatchCalls({ pool, queue, registry }: Pick<HttpDeps, 'pool' | 'queue' | 'registry'>) {
  const hasCode = hasCodeIn(registry);
  const known = async (batchId: string): Promise<BatchRow> => {
    const batch = await readBatch(pool, batchId);
    if (!batch) throw unknownBatch(batchId);
    return batch;
  };
  return os.router({
    enqueueBatch: os.enqueueBatch.handler(async ({ input, context }) => {
      const trigger = callerOf(context).via === 'bearer' ? 'API' : 'MANUAL';
      const correlationId = correlationIdOf(context);
      const runs = input.runs.map((run) => ({ ...run, correlationId: run.correlationId ?? correlationId }));
      const { batchId, jobRunIds } = await queue.enqueueBatch({ ...input, runs, trigger }, actorOf(context));
      context.res.location(`${publicBaseOf(context.req)}/admin/jobs/batches/${batchId}`);
      return { batchId, jobRunIds, batch: presentBatch(await known(batchId)) };
    }),

    listBatches: os.listBatches.handler(async ({ input }) => {
      const { batches, total } = await readBatches(pool, input);
      return { batches: batches.map(presentBatch), total, page: input.page, pageSize: input.pageSize };
    }),

    getBatch: os.getBatch.handler(async ({ input }) => ({ batch: presentBatch(await known(input.batchId)) })),

    batchRuns: os.batchRuns.handler(async ({ input: { batchId, page, pageSize, failedOnly } }) => {
      await known(batchId);
      const { runs, total } = await readBatchRuns(pool, batchId, { page, pageSize, isFailed: failedOnly });
      return { runs: await presentQueuedRuns(pool, runs, hasCode), total, page, pageSize };
    }),

    batchGraph: os.batchGraph.handler(async ({ input: { batchId } }) => {
      await known(batchId);
      return presentGraph(await readBatchGraph(pool, batchId));
    }),

    previewCancelBatch: os.previewCancelBatch.handler(async ({ input: { batchId } }) => {
      await known(batchId);
      const { first, ...counts } = await previewCancel(pool, batchId);
      return { batchId, ...counts, first: await presentQueuedRuns(pool, first, hasCode) };
    }),

    cancelBatch: os.cancelBatch.handler(async ({ input: { batchId }, context }) => {
      await known(batchId);
      const done = await queue.cancelBatch(batchId, actorOf(context));
      return { batchId, ...done, batch: presentBatch(await known(batchId)) };
    }),
  });
}
