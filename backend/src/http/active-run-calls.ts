import { contract } from '@job-manager/shared/contract/index';
import { implement } from '@orpc/server';
import { previewCancelMany } from '../store/active-filter.js';
import { actorOf, type CallContext, type HttpDeps } from './context.js';
import { hasCodeIn, presentQueuedRuns } from './present-queued.js';

const os = implement(contract.activeRuns).$context<CallContext>();

/** Runs that have not ended, many at once. */
export function createActiveRunCalls({ pool, queue, registry }: Pick<HttpDeps, 'pool' | 'queue' | 'registry'>) {
  const hasCode = hasCodeIn(registry);
  return os.router({
    previewCancel: os.previewCancel.handler(async ({ input }) => {
      const { first, ...counts } = await previewCancelMany(pool, input);
      return { ...counts, first: await presentQueuedRuns(pool, first, hasCode) };
    }),

    cancel: os.cancel.handler(({ input, context }) => queue.cancelMany(input, actorOf(context))),
  });
}
