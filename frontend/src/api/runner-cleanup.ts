import { runners } from '@job-manager/shared/contract/runners';
import { createTanstackQueryUtils } from '@orpc/tanstack-query';
import { createClient } from './client';

const { runners: calls } = createClient({ runners });
const api = createTanstackQueryUtils(calls, { path: ['runners'] });

/** The runners that are gone, and what is still in their name; read again with each dialog that shows it. */
export const cleanupQuery = () => api.previewRunnerCleanup.queryOptions({ staleTime: 0, gcTime: 0 });
/** Takes back what is in the name of these runners, and removes them. */
export const cleanUpRunners = (runnerIds: string[]) => calls.cleanUpRunners({ runnerIds });
export const runnersKey = () => api.listRunners.key();
