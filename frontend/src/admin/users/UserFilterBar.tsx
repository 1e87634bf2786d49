import { type UserRole, userRoles } from '@job-manager/shared/roles';
import { Select } from '@mantine/core';
import { roleLabel } from '../../components/roles';
import { FilterBar } from '../../ui/FilterBar';
import { SearchField } from '../../ui/SearchField';
import { SEARCH_CHARS } from './place';
import type { UserFilters } from './queries';

interface Props {
  filters: UserFilters;
  onSearch: (text: string) => void;
  onRoleChange: (role: UserRole | undefined) => void;
}

const choices = userRoles.map((value) => ({ value, label: roleLabel[value] })).reverse();

/** At the end of the page instead, the choices would lie outside every landmark. */
const inPlace = { withinPortal: false };

export function UserFilterBar({ filters, onSearch, onRoleChange }: Props) {
  return (
    <FilterBar>
      <SearchField label="Search by e-mail" value={filters.search} onChange={onSearch} maxLength={SEARCH_CHARS} />
      <Select
        aria-label="Filter by role"
        placeholder="Admins and super admins"
        data={choices}
        value={filters.role ?? null}
        onChange={(role) => onRoleChange((role ?? undefined) as UserRole | undefined)}
        clearable
        comboboxProps={inPlace}
        clearButtonProps={{ 'aria-label': 'Clear the role filter' }}
      />
    </FilterBar>
  );
}
