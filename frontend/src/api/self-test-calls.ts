import { selfTest } from '@job-manager/shared/contract/self-test';
import { createTanstackQueryUtils } from '@orpc/tanstack-query';
import { createClient } from './client';

const { selfTest: calls } = createClient({ selfTest });
const api = createTanstackQueryUtils(calls, { path: ['self-test'] });

/** Queues a test batch. */
export const startSelfTest = (request: { runs: number; failing: number; channel?: string }) => calls.start(request);
/** How a test batch went so far. */
export const selfTestQuery = (batchId: string) => api.result.queryOptions({ input: { batchId } });
