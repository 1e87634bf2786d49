import { type ViewPage, views } from '@job-manager/shared/contract/views';
import { createTanstackQueryUtils } from '@orpc/tanstack-query';
import { createClient } from './client';

/** The calls of saved views, loaded with their menu and the palette. */
const client = createClient({ views });
export const { views: viewCalls } = client;

const api = createTanstackQueryUtils(client.views, { path: ['views'] });

/** Of one list, or of all. */
export const viewsQuery = (page?: ViewPage) =>
  api.list.queryOptions({ input: page ? { page } : {}, select: ({ views: listed }) => listed });
export const viewsKey = () => api.list.key();
