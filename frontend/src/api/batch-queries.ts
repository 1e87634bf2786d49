import { batches } from '@job-manager/shared/contract/batches';
import { createTanstackQueryUtils } from '@orpc/tanstack-query';
import { keepPreviousData } from '@tanstack/react-query';
import { createClient } from './client';

// Made apart from the other calls: the first page makes none of these.
const client = createClient({ batches });
const api = createTanstackQueryUtils(client);

export const BATCH_PAGE_SIZE = 50;

export const batchesQuery = (page: number) =>
  api.batches.listBatches.queryOptions({
    input: { page, pageSize: BATCH_PAGE_SIZE },
    placeholderData: keepPreviousData,
  });

export const batchQuery = (batchId: string) =>
  api.batches.getBatch.queryOptions({ input: { batchId }, select: ({ batch }) => batch });

export const batchRunsQuery = (batchId: string, page: number, isFailedOnly: boolean) =>
  api.batches.batchRuns.queryOptions({
    input: { batchId, page, pageSize: BATCH_PAGE_SIZE, ...(isFailedOnly && { failedOnly: 'true' }) },
    placeholderData: keepPreviousData,
  });

/** The runs of a batch that wait for one another. */
export const batchGraphQuery = (batchId: string) => api.batches.batchGraph.queryOptions({ input: { batchId } });

/** What a cancel would do now; read again for each dialog. */
export const cancelPreviewQuery = (batchId: string) =>
  api.batches.previewCancelBatch.queryOptions({ input: { batchId }, gcTime: 0 });

export const batchesKey = () => api.batches.key();

export const cancelBatch = (batchId: string) => client.batches.cancelBatch({ batchId });

/** Queues runs together, all of them or none. */
export const enqueueBatch = (request: Parameters<typeof client.batches.enqueueBatch>[0]) =>
  client.batches.enqueueBatch(request);
