import { jobScope } from '@job-manager/engine/database/job-scope';
import type { SystemHealth } from '@job-manager/shared/contract/health';
import { contract } from '@job-manager/shared/contract/index';
import { isJobWithin } from '@job-manager/shared/job-patterns';
import { implement } from '@orpc/server';
import type { CallContext, HttpDeps } from './context.js';

const os = implement(contract.health).$context<CallContext>();

/** Whether all is well. */
export function createHealthCalls({ health }: Pick<HttpDeps, 'health'>) {
  const read = async () => {
    const found = await health.system();
    const within = (runs: SystemHealth['stalled']) => runs.filter(({ jobName }) => isJobWithin(jobScope(), jobName));
    return { ...found, stalled: within(found.stalled), slow: within(found.slow) };
  };
  return os.router({ get: os.get.handler(read), alias: os.alias.handler(read) });
}
