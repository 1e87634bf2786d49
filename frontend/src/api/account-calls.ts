import { auth } from '@job-manager/shared/contract/auth';
import { createTanstackQueryUtils } from '@orpc/tanstack-query';
import { createClient } from './client';

/** The calls about one's own account; the first page makes none of these. */
export const { auth: accountCalls } = createClient({ auth });

/** The same calls as options for TanStack Query. */
export const accountApi = createTanstackQueryUtils(accountCalls, { path: ['auth'] });
