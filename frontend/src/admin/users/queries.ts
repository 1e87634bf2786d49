import { keepPreviousData } from '@tanstack/react-query';
import { api } from '../../api/administration-client';

import { givenRole, type RoleKey } from './role-choice';

export const PAGE_SIZE = 50;

export interface UserFilters {
  search: string;
  /** All who may open the panel when left out. */
  role?: RoleKey;
}

export const accountsQuery = ({ search, role }: UserFilters, page: number) =>
  api.users.list.queryOptions({
    input: { search: search === '' ? undefined : search, ...filterOf(role), page, pageSize: PAGE_SIZE },
    placeholderData: keepPreviousData,
  });

function filterOf(key: RoleKey | undefined) {
  if (key === undefined) return {};
  const { role, accessRoleId } = givenRole(key);
  return accessRoleId === undefined ? { role } : { accessRoleId };
}

/** Own roles, by name. */
export const rolesQuery = () => api.roles.list.queryOptions({ select: ({ roles }) => roles });
export const rolesKey = () => api.roles.list.key();

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
