import { audit } from '@job-manager/shared/contract/audit';
import { roles } from '@job-manager/shared/contract/roles';
import { tokens } from '@job-manager/shared/contract/tokens';
import { users } from '@job-manager/shared/contract/users';
import { createTanstackQueryUtils } from '@orpc/tanstack-query';
import { createClient } from './client';

export const contract = { audit, roles, tokens, users };

/** The calls of the pages of administration, which most visits never open: they come with the first of these pages. */
export const client = createClient(contract);

/** The same calls as options for TanStack Query. */
export const api = createTanstackQueryUtils(client);
