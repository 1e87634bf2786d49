import { contract } from '@job-manager/shared/contract/index';
import { implement } from '@orpc/server';
import type { CallContext, HttpDeps } from './context.js';
import { notYet } from './not-yet.js';

const os = implement(contract.messages).$context<CallContext>();

/** What runs say. */
export function createMessageCalls(_deps: HttpDeps) {
  return os.router({
    list: os.list.handler(() => notYet()),

    download: os.download.handler(() => notYet()),
  });
}
