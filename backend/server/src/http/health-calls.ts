import { contract } from '@job-manager/shared/contract/index';
import { implement } from '@orpc/server';
import type { CallContext, HttpDeps } from './context.js';

const os = implement(contract.health).$context<CallContext>();

/** Whether all is well. */
export function createHealthCalls({ health }: Pick<HttpDeps, 'health'>) {
  return os.router({
    get: os.get.handler(() => health.system()),

    alias: os.alias.handler(() => health.system()),
  });
}
