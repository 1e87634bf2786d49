import { Select } from '@mantine/core';
import type { ReactNode } from 'react';
import { FilterBar } from './FilterBar';
import { SearchField } from './SearchField';

interface Props<State extends string> {
  /** The noun of the items, in the plural: "channels". */
  noun: string;
  q: string;
  onSearch: (text: string | null) => void;
  state: State | null;
  states: readonly { value: State; label: string }[];
  onState: (state: State | null) => void;
  /** More of what narrows the list. */
  children?: ReactNode;
}

const MAX_CHARS = 100;
/** At the end of the page instead, the choices would lie outside every landmark. */
const inPlace = { withinPortal: false };

/** Search and choice of a state above a list. */
export function ListToolbar<State extends string>(props: Props<State>) {
  const { noun, q, onSearch, state, states, onState, children } = props;
  return (
    <FilterBar>
      <SearchField
        label={`Search ${noun}`}
        value={q}
        maxLength={MAX_CHARS}
        onChange={(text) => onSearch(text || null)}
      />
      <Select
        aria-label="Filter by state"
        placeholder="All states"
        data={[...states]}
        value={state}
        onChange={(next) => onState(states.find(({ value }) => value === next)?.value ?? null)}
        clearable
        comboboxProps={inPlace}
        clearButtonProps={{ 'aria-label': 'Clear the state filter' }}
      />
      {children}
    </FilterBar>
  );
}
