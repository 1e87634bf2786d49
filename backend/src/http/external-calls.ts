import { contract } from '@job-manager/shared/contract/index';
import { implement } from '@orpc/server';
import type { CallContext, HttpDeps } from './context.js';
import { notYet } from './not-yet.js';

const os = implement(contract.external).$context<CallContext>();

/** Runs that external programs execute. */
export function createExternalCalls(_deps: HttpDeps) {
  return os.router({
    list: os.list.handler(() => notYet()),

    start: os.start.handler(() => notYet()),

    getProgress: os.getProgress.handler(() => notYet()),

    progress: os.progress.handler(() => notYet()),

    heartbeat: os.heartbeat.handler(() => notYet()),

    message: os.message.handler(() => notYet()),

    complete: os.complete.handler(() => notYet()),

    fail: os.fail.handler(() => notYet()),
  });
}
