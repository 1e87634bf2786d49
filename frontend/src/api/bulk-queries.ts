import { bulk } from '@job-manager/shared/contract/bulk';
import { createTanstackQueryUtils } from '@orpc/tanstack-query';
import { createClient } from './client';

// Made apart from the other calls: the first page makes none of these.
const client = createClient({ bulk }).bulk;
const api = createTanstackQueryUtils(client, { path: ['bulk'] });

/** An act on many runs: which runs, and which act. */
export type BulkRequest = Parameters<typeof client.preview>[0];

/** What the act would touch now; read again for each dialog, and not while the reader decides. */
export const bulkPreviewQuery = (input: BulkRequest) =>
  api.preview.queryOptions({
    input,
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });

/** Changes runs that the reader has seen and named: without a preview of its own. */
export const changeAtOnce = async (request: BulkRequest) => beginBulk({ token: (await client.preview(request)).token });

/** Starts what was previewed. */
export const beginBulk = async (given: Parameters<typeof client.begin>[0]) => (await client.begin(given)).operation;
/** One operation and how far it is. */
export const bulkOperationQuery = (operationId: string) =>
  api.get.queryOptions({ input: { operationId }, select: ({ operation }) => operation });
export const readBulk = async (operationId: string) => (await client.get({ operationId })).operation;
/** Stops an operation after its current step. */
export const abortBulk = async (operationId: string) => (await client.abort({ operationId })).operation;

/** Operations on many runs, the newest first. */
export const bulkListQuery = () => api.list.queryOptions({ input: {}, select: ({ operations }) => operations });
/** All queries of operations. */
export const bulkKey = () => api.key();
