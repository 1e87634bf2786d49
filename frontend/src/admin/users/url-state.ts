import { parseAsInteger, parseAsString, useQueryStates } from 'nuqs';
import type { UserFilters } from './queries';
import { isRoleKey } from './role-choice';

const LAST_PAGE = 1_000_000;
export const SEARCH_CHARS = 254;

const place = {
  search: parseAsString.withDefault(''),
  role: parseAsString,
  page: parseAsInteger.withDefault(1),
};

/** Search, role and page of the list: `?search=ada&role=ADMIN&page=2`. */
export function useUsersUrlState() {
  const [{ search, role, page }, set] = useQueryStates(place);
  const filters: UserFilters = {
    search: search.slice(0, SEARCH_CHARS),
    role: role !== null && isRoleKey(role) ? role : undefined,
  };
  return {
    filters,
    page: Math.min(Math.max(1, page), LAST_PAGE),
    setPage: (next: number) => void set({ page: next === 1 ? null : next }, { history: 'push' }),
    setRole: (next: UserFilters['role']) => void set({ role: next ?? null, page: null }, { history: 'push' }),
    // No step back for each pause in typing.
    setSearch: (next: string) => void set({ search: next === '' ? null : next, page: null }),
    clear: () => void set(null, { history: 'push' }),
  };
}
