import { contract } from '@job-manager/shared/contract/index';
import { implement } from '@orpc/server';
import type { CallContext, HttpDeps } from './context.js';
import { notYet } from './not-yet.js';

const os = implement(contract.errors).$context<CallContext>();

/** Errors that browsers report. */
export function createErrorCalls(_deps: HttpDeps) {
  return os.router({
    report: os.report.handler(() => notYet()),

    groups: os.groups.handler(() => notYet()),

    group: os.group.handler(() => notYet()),

    export: os.export.handler(() => notYet()),

    settings: os.settings.handler(() => notYet()),
  });
}
