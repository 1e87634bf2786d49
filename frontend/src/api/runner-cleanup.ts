import { runners } from '@job-manager/shared/contract/runners';
import { createTanstackQueryUtils } from '@orpc/tanstack-query';
import { createClient } from './client';

const { runners: calls } = createClient({ runners });
const api = createTanstackQueryUtils(calls, { path: ['runners'] });

/** The runners that are gone, and the runs they still hold; read again with each dialog that shows it. */
export const cleanupQuery = () => api.previewRunnerCleanup.queryOptions({ staleTime: 0, gcTime: 0 });
/** Recovers the runs of these runners, and removes them. */
export const cleanUpRunners = (runnerIds: string[]) => calls.cleanUpRunners({ runnerIds });
export const runnersKey = () => api.listRunners.key();
