import { activeRuns } from '@job-manager/shared/contract/active-runs';
import { createTanstackQueryUtils } from '@orpc/tanstack-query';
import { createClient } from './client';

// Made apart from the other calls: the first page makes none of these.
const client = createClient({ activeRuns }).activeRuns;
const api = createTanstackQueryUtils(client, { path: ['activeRuns'] });

type CancelInput = Parameters<typeof client.cancel>[0];

/** Which active runs. */
export type ActiveFilter = Omit<CancelInput, 'upTo'>;

/** What a cancel of these runs would do now; read anew each time it is asked for. */
export const cancelManyPreviewQuery = (input: ActiveFilter) => api.previewCancel.queryOptions({ input, gcTime: 0 });

/** Cancels these runs, by as many calls as it takes. */
export async function cancelMany(input: CancelInput): Promise<{ cancelled: number; asked: number }> {
  const done = { cancelled: 0, asked: 0 };
  for (let hasMore = true; hasMore; ) {
    const answer = await client.cancel(input);
    done.cancelled += answer.cancelled;
    done.asked += answer.asked;
    hasMore = answer.hasMore;
  }
  return done;
}
