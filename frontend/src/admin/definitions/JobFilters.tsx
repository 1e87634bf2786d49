import { activityRanges } from '@job-manager/shared/contract/definitions';
import { Checkbox, Select } from '@mantine/core';
import { parseAsBoolean, parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs';
import { spellRange } from '../../lib/time-range';
import { ButtonChoice } from '../../ui/ButtonChoice';
import { FilterBar } from '../../ui/FilterBar';
import { SearchField } from '../../ui/SearchField';
import type { ListedJob } from './DefinitionTable';

const place = {
  q: parseAsString.withDefault(''),
  channel: parseAsString,
  critical: parseAsBoolean.withDefault(false),
  failures: parseAsBoolean.withDefault(false),
  range: parseAsStringLiteral(activityRanges).withDefault('24h'),
};

const ranges = activityRanges.map((value) => ({ value, label: value, title: `Figures of ${spellRange(value)}` }));

/** What narrows the list of jobs, and how far back its figures go: `?q=mail&channel=mail&critical=true&failures=true&range=7d`. */
export function useJobFilters() {
  const [given, set] = useQueryStates(place);
  const wanted = given.q.toLowerCase();
  const matches = ({ jobName, job, activity }: ListedJob): boolean =>
    [jobName, job?.description ?? ''].some((text) => text.toLowerCase().includes(wanted)) &&
    (given.channel === null || job?.channel === given.channel) &&
    (!given.critical || job?.settings.isCritical === true) &&
    (!given.failures || (activity?.failed ?? 0) > 0);
  return {
    given,
    set,
    matches,
    clear: () => void set({ q: null, channel: null, critical: null, failures: null }, { history: 'push' }),
  };
}

interface Props {
  filters: ReturnType<typeof useJobFilters>;
  jobs: readonly ListedJob[];
}

export function JobFilters({ filters: { given, set }, jobs }: Props) {
  const channels = new Set(jobs.flatMap(({ job }) => job?.channel ?? []));
  // A channel that no job names any more stays a choice while the address has it.
  if (given.channel !== null) channels.add(given.channel);
  return (
    <FilterBar>
      <SearchField label="Search jobs" value={given.q} maxLength={100} onChange={(q) => void set({ q: q || null })} />
      <Select
        aria-label="Filter by channel"
        placeholder="All channels"
        data={[...channels].sort()}
        value={given.channel}
        onChange={(channel) => void set({ channel }, { history: 'push' })}
        clearable
        searchable
        comboboxProps={{ withinPortal: false }}
        clearButtonProps={{ 'aria-label': 'Clear the channel filter' }}
      />
      <Checkbox
        label="Critical"
        checked={given.critical}
        onChange={(event) => void set({ critical: event.currentTarget.checked || null }, { history: 'push' })}
      />
      <Checkbox
        label={`Failed in ${spellRange(given.range)}`}
        checked={given.failures}
        onChange={(event) => void set({ failures: event.currentTarget.checked || null }, { history: 'push' })}
      />
      <ButtonChoice
        size="sm"
        label="Figures of"
        choices={ranges}
        value={given.range}
        onChange={(range) => void set({ range }, { history: 'push' })}
      />
    </FilterBar>
  );
}
