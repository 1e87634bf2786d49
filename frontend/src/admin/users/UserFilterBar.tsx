import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { FilterBar } from '../../ui/FilterBar';
import { SearchField } from '../../ui/SearchField';
import { rolesQuery, type UserFilters } from './queries';
import { type RoleKey, roleChoices } from './role-choice';
import { SEARCH_CHARS } from './url-state';

interface Props {
  filters: UserFilters;
  onSearch: (text: string) => void;
  onRoleChange: (role: RoleKey | undefined) => void;
}

/** At the end of the page instead, the choices would lie outside every landmark. */
const inPlace = { withinPortal: false };

export function UserFilterBar({ filters, onSearch, onRoleChange }: Props) {
  const { data: roles = [] } = useQuery(rolesQuery());
  return (
    <FilterBar>
      <SearchField label="Search by e-mail" value={filters.search} onChange={onSearch} maxLength={SEARCH_CHARS} />
      <Select
        aria-label="Filter by role"
        placeholder="All who may open the panel"
        data={roleChoices(roles).reverse()}
        value={filters.role ?? null}
        onChange={(role) => onRoleChange(role ?? undefined)}
        clearable
        comboboxProps={inPlace}
        clearButtonProps={{ 'aria-label': 'Clear the role filter' }}
      />
    </FilterBar>
  );
}
