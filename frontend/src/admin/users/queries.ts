import type { UserRole } from '@job-manager/shared/roles';
import { keepPreviousData } from '@tanstack/react-query';
import { api } from '../../api/client';

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

export const accountsKey = () => api.users.list.key();
