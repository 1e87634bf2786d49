import { contract } from '@job-manager/shared/contract/index';
import { implement } from '@orpc/server';
import type { CallContext, HttpDeps } from './context.js';
import { notYet } from './not-yet.js';

const os = implement(contract.health).$context<CallContext>();

/** Whether all is well. */
export function createHealthCalls(_deps: HttpDeps) {
  return os.router({
    get: os.get.handler(() => notYet()),

    alias: os.alias.handler(() => notYet()),
  });
}
