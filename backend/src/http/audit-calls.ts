import { contract } from '@job-manager/shared/contract/index';
import { implement } from '@orpc/server';
import type { CallContext, HttpDeps } from './context.js';
import { notYet } from './not-yet.js';

const os = implement(contract.audit).$context<CallContext>();

/** Reading the audit log. */
export function createAuditCalls(_deps: HttpDeps) {
  return os.router({
    list: os.list.handler(() => notYet()),

    export: os.export.handler(() => notYet()),
  });
}
