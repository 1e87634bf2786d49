import { contract } from '@job-manager/shared/contract/index';
import { implement } from '@orpc/server';
import { presentSummary } from '../present/run.js';
import { actorOf, type CallContext, type HttpDeps } from './context.js';
import { notYet } from './not-yet.js';

const os = implement(contract.recovery).$context<CallContext>();

/** Helping runs that do not help themselves. */
export function createRecoveryCalls({ queue }: Pick<HttpDeps, 'queue'>) {
  return os.router({
    previewCleanup: os.previewCleanup.handler(() => notYet()),

    cleanupStalled: os.cleanupStalled.handler(async ({ context }) => {
      const runs = await queue.cleanUpStalled(actorOf(context));
      return { cleaned: runs.length, runs: runs.map(presentSummary) };
    }),

    forceFail: os.forceFail.handler(() => notYet()),

    previewEmergency: os.previewEmergency.handler(() => notYet()),

    emergencyCleanup: os.emergencyCleanup.handler(() => notYet()),
  });
}
