import { channels } from '@job-manager/shared/contract/channels';
import { createTanstackQueryUtils } from '@orpc/tanstack-query';
import { createClient } from '../../api/client';

/** The calls about channels, loaded with the pages that make them. */
export const { channels: calls } = createClient({ channels });

const api = createTanstackQueryUtils(calls, { path: ['channels'] });

export const channelsQuery = () => api.listChannels.queryOptions({ select: ({ channels: listed }) => listed });
export const channelsKey = () => api.listChannels.key();
