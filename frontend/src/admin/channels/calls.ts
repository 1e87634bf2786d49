import { channels } from '@job-manager/shared/contract/channels';
import { createTanstackQueryUtils } from '@orpc/tanstack-query';
import { createClient } from '../../api/client';

/** The calls about channels, loaded with the pages that make them. */
export const { channels: calls } = createClient({ channels });

const api = createTanstackQueryUtils(calls, { path: ['channels'] });

/** All channels, read anew every 15 seconds while somebody looks. */
export const channelsQuery = () =>
  api.listChannels.queryOptions({ select: ({ channels: listed }) => listed, refetchInterval: 15_000 });
export const channelsKey = () => api.listChannels.key();
