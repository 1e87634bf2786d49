import { secondFactor } from '@job-manager/shared/contract/second-factor';
import { createTanstackQueryUtils } from '@orpc/tanstack-query';
import { createClient } from '../../api/client';

/** The calls about one's own second factor, loaded with the parts that make them. */
export const { secondFactor: calls } = createClient({ secondFactor });

const api = createTanstackQueryUtils(calls, { path: ['secondFactor'] });

export const factorQuery = () => api.get.queryOptions();
export const factorKey = () => api.get.key();
