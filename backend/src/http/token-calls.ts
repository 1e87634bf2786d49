import { contract } from '@job-manager/shared/contract/index';
import { implement } from '@orpc/server';
import type { CallContext, HttpDeps } from './context.js';
import { notYet } from './not-yet.js';

const os = implement(contract.tokens).$context<CallContext>();

/** API tokens. */
export function createTokenCalls(_deps: HttpDeps) {
  return os.router({
    list: os.list.handler(() => notYet()),

    create: os.create.handler(() => notYet()),

    revoke: os.revoke.handler(() => notYet()),
  });
}
