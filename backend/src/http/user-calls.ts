import { contract } from '@job-manager/shared/contract/index';
import { implement } from '@orpc/server';
import type { CallContext, HttpDeps } from './context.js';
import { notYet } from './not-yet.js';

const os = implement(contract.users).$context<CallContext>();

/** People and their roles. */
export function createUserCalls(_deps: HttpDeps) {
  return os.router({
    list: os.list.handler(() => notYet()),

    create: os.create.handler(() => notYet()),

    changeRole: os.changeRole.handler(() => notYet()),

    disable: os.disable.handler(() => notYet()),

    enable: os.enable.handler(() => notYet()),

    resetPassword: os.resetPassword.handler(() => notYet()),

    signOutEverywhere: os.signOutEverywhere.handler(() => notYet()),
  });
}
