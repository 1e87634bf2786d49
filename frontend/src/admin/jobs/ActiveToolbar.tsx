import type { JobRunSummary } from '@job-manager/shared/contract/run';
import { Checkbox, Select } from '@mantine/core';
import { useMemo } from 'react';
import { useServerTime } from '../../api/server-clock';
import { SearchField } from '../../ui/SearchField';
import classes from './ActiveToolbar.module.css';
import { activeStates, capitalize, countStates, type Grouping, groupings, stateLabel } from './active-groups';
import { useActivePlace } from './active-place';

/** At the end of the page instead, the choices would lie outside every landmark. */
const inPlace = { withinPortal: false };

const GROUPS = groupings.map((value) => ({ value, label: `By ${value}` }));
const STATES = activeStates.map((value) => ({ value, label: capitalize(stateLabel[value]) }));

/** What of the active runs is shown, and how they are grouped; all of it in the address. */
export function ActiveToolbar({ runs }: { runs: readonly JobRunSummary[] }) {
  const { filters, grouping, isFollowing, set } = useActivePlace();
  const jobNames = useMemo(
    () =>
      namesOf(
        runs.map(({ jobName }) => jobName),
        filters.job,
      ),
    [runs, filters.job],
  );
  const channels = useMemo(
    () =>
      namesOf(
        runs.map(({ channel }) => channel),
        filters.channel,
      ),
    [runs, filters.channel],
  );
  return (
    <div className={classes.toolbar}>
      <SearchField
        className={classes.text}
        label="Filter by name, #id, channel or reason"
        value={filters.text}
        maxLength={200}
        onChange={(text) => set({ q: text || null })}
      />
      <Select
        aria-label="Filter by job"
        placeholder="Any job"
        data={jobNames}
        value={filters.job}
        onChange={(job) => set({ job })}
        clearable
        searchable
        comboboxProps={inPlace}
      />
      <Select
        aria-label="Filter by channel"
        placeholder="Any channel"
        data={channels}
        value={filters.channel}
        onChange={(channel) => set({ channel })}
        clearable
        searchable
        comboboxProps={inPlace}
      />
      <Select
        aria-label="Filter by state"
        placeholder="Any state"
        data={STATES}
        value={filters.state}
        onChange={(state) => set({ state: state as (typeof activeStates)[number] | null })}
        clearable
        comboboxProps={inPlace}
      />
      <Select
        aria-label="Group by"
        placeholder="Not grouped"
        data={GROUPS}
        value={grouping}
        onChange={(group) => set({ group: group as Grouping | null })}
        clearable
        comboboxProps={inPlace}
      />
      <Checkbox
        label="Follow new runs"
        checked={isFollowing}
        onChange={({ currentTarget }) => set({ follow: currentTarget.checked || null })}
      />
    </div>
  );
}

/** How many of the runs shown are in each state. */
export function StateCounts({ runs }: { runs: readonly JobRunSummary[] }) {
  const text = useServerTime((now) =>
    countStates(runs, now)
      .map(([state, count]) => `${count.toLocaleString('en')} ${stateLabel[state]}`)
      .join(' · '),
  );
  return <span className={classes.counts}>{text}</span>;
}

/** What the address asks for stays a choice when no run has it any more. */
const namesOf = (names: readonly string[], chosen: string | null): string[] =>
  [...new Set(chosen === null ? names : [...names, chosen])].sort();
