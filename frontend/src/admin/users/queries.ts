import type { UserRole } from '@job-manager/shared/roles';
import { keepPreviousData } from '@tanstack/react-query';
import { api } from '../../api/administration-client';

export const PAGE_SIZE = 50;

export interface UserFilters {
  search: string;
  /** Everybody who may open the panel when left out. */
  role?: UserRole;
}

export const accountsQuery = ({ search, role }: UserFilters, page: number) =>
  api.users.list.queryOptions({
    input: { search: search === '' ? undefined : search, role, page, pageSize: PAGE_SIZE },
    placeholderData: keepPreviousData,
  });

/** The API tokens that a person made and that can be used. */
export const tokensMadeByQuery = (userId: number) =>
  api.tokens.list.queryOptions({
    select: ({ tokens }) =>
      tokens.filter(
        ({ createdBy, revokedAt, expiresAt }) =>
          createdBy?.id === userId && revokedAt === null && (expiresAt === null || Date.parse(expiresAt) > Date.now()),
      ),
    meta: { isQuiet: true },
  });

export const accountsKey = () => api.users.list.key();
