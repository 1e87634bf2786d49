import { contract } from '@job-manager/shared/contract/index';
import { implement } from '@orpc/server';
import type { CallContext, HttpDeps } from './context.js';
import { notYet } from './not-yet.js';

const os = implement(contract.batches).$context<CallContext>();

export function createBatchCalls(_deps: HttpDeps) {
  return os.router({
    enqueueBatch: os.enqueueBatch.handler(notYet),
    listBatches: os.listBatches.handler(notYet),
    getBatch: os.getBatch.handler(notYet),
    batchRuns: os.batchRuns.handler(notYet),
    cancelBatch: os.cancelBatch.handler(notYet),
  });
}
