import { Button, Select } from '@mantine/core';
import { IconCircleCheck, IconFilterOff } from '@tabler/icons-react';
import type { UseQueryResult } from '@tanstack/react-query';
import { toFailure } from '../../api/failure';
import { EmptyState } from '../../ui/EmptyState';
import { ErrorPanel } from '../../ui/ErrorPanel';
import { FilterBar } from '../../ui/FilterBar';
import { RefreshButton } from '../../ui/RefreshButton';
import { RowSkeletons } from '../../ui/RowSkeletons';
import { SearchField } from '../../ui/SearchField';
import { Section } from '../../ui/Section';
import { ErrorGroupTable } from './ErrorGroupTable';
import { type ErrorLevel, errorLevels, levelAppearance } from './level';
import { periodNames } from './period';
import type { ErrorGroups } from './queries';
import { stateAppearance } from './state';
import { SEARCH_CHARS, type StateChoice, stateChoices, type useErrorsUrlState } from './url-state';

interface Props {
  place: ReturnType<typeof useErrorsUrlState>;
  groups: UseQueryResult<ErrorGroups>;
}

/** Errors by kind, with what narrows them. */
export function ErrorGroupsSection({ place, groups: { data, error, isFetching, isPlaceholderData, refetch } }: Props) {
  return (
    <Section title="By kind" actions={<RefreshButton isFetching={isFetching} onRefresh={() => void refetch()} />}>
      <ErrorFilterBar place={place} />
      {data ? (
        data.groups.length > 0 ? (
          <ErrorGroupTable answer={data} period={place.filters.period} isBusy={isPlaceholderData} />
        ) : (
          <NoErrors place={place} />
        )
      ) : error ? (
        <ErrorPanel title="Errors could not be loaded" details={toFailure(error)} onRetry={() => void refetch()} />
      ) : (
        <RowSkeletons rows={5} label="Loading errors" />
      )}
    </Section>
  );
}

const choices = errorLevels.map((value) => ({ value, label: `${levelAppearance[value].label}s` }));

const states = stateChoices.map((value) => ({
  value,
  label: value === 'all' ? 'All states' : stateAppearance[value].label,
}));

/** At the end of the page instead, the choices would lie outside every landmark. */
const inPlace = { withinPortal: false };

function ErrorFilterBar({ place }: Pick<Props, 'place'>) {
  return (
    <FilterBar>
      <SearchField
        label="Search messages"
        value={place.filters.search ?? ''}
        onChange={place.setSearch}
        maxLength={SEARCH_CHARS}
      />
      <Select
        aria-label="Filter by level"
        placeholder="All levels"
        data={choices}
        value={place.filters.level ?? null}
        onChange={(level) => place.setLevel(level as ErrorLevel | null)}
        clearable
        comboboxProps={inPlace}
        clearButtonProps={{ 'aria-label': 'Clear the level filter' }}
      />
      <Select
        aria-label="Filter by state"
        data={states}
        value={place.state}
        onChange={(state) => place.setState((state ?? 'OPEN') as StateChoice)}
        allowDeselect={false}
        comboboxProps={inPlace}
      />
    </FilterBar>
  );
}

function NoErrors({ place }: Pick<Props, 'place'>) {
  if (place.isFiltered) {
    return (
      <EmptyState
        icon={IconFilterOff}
        title="No errors match these filters"
        text={`Nothing like it was reported in ${periodNames[place.filters.period]}.`}
        action={
          <Button variant="default" onClick={place.clear}>
            Clear filters
          </Button>
        }
      />
    );
  }
  return (
    <EmptyState
      icon={IconCircleCheck}
      title="No open errors in this period"
      text={`No browser reported anything that needs you in ${periodNames[place.filters.period]}. Resolved and ignored kinds are under their states.`}
    />
  );
}
