import type { JobRunSummary } from '@job-manager/shared/contract/run';
import { ActionIcon, Button, Checkbox, Drawer, Select } from '@mantine/core';
import { IconAdjustmentsHorizontal, IconLayoutList, IconTable } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { useServerTime } from '../../api/server-clock';
import { formatHidden } from '../../components/queued-count';
import { SavedViews } from '../../components/SavedViews';
import { SearchField } from '../../ui/SearchField';
import { useIsPhone } from '../../ui/useIsPhone';
import { useReturnFocus } from '../../ui/useReturnFocus';
import classes from './ActiveToolbar.module.css';
import { activeStates, capitalize, countStates, type Grouping, groupings, stateLabel } from './active-groups';
import { useActiveUrlState } from './active-url-state';

/** At the end of the page instead, the choices would lie outside every landmark. */
const inPlace = { withinPortal: false };

const VIEWS = [
  { value: 'cards', label: 'As cards', Icon: IconLayoutList },
  { value: 'table', label: 'As a table', Icon: IconTable },
] as const;
const GROUPS = groupings.map((value) => ({ value, label: `By ${value}` }));
const STATES = activeStates.map((value) => ({ value, label: capitalize(stateLabel[value]) }));

/** What of the active runs is shown, how they are grouped and drawn; all of it in the address. */
export function ActiveToolbar({ runs }: { runs: readonly JobRunSummary[] }) {
  const { filters, set } = useActiveUrlState();
  const isPhone = useIsPhone();
  return (
    <div className={classes.toolbar}>
      <SearchField
        className={classes.text}
        label="Filter by name, #id, channel or reason"
        value={filters.text}
        maxLength={200}
        onChange={(text) => set({ q: text || null })}
      />
      {isPhone ? (
        <FilterSheet runs={runs} />
      ) : (
        <>
          <Choices runs={runs} />
          <SavedViews page="active" />
          <ViewSwitch />
        </>
      )}
    </div>
  );
}

/** On a phone the choices lie in a sheet at its lower edge. */
function FilterSheet({ runs }: { runs: readonly JobRunSummary[] }) {
  const { filters, grouping, isFollowing } = useActiveUrlState();
  const [isOpen, setOpen] = useState(false);
  useReturnFocus(isOpen);
  const chosen = [filters.job, filters.channel, filters.runner, filters.state, grouping, isFollowing || null].filter(
    isGiven,
  ).length;
  return (
    <>
      <Button variant="default" leftSection={<IconAdjustmentsHorizontal size={16} />} onClick={() => setOpen(true)}>
        {chosen === 0 ? 'Filter and group' : `Filter and group (${chosen})`}
      </Button>
      <Drawer
        opened={isOpen}
        onClose={() => setOpen(false)}
        position="bottom"
        size="min(28rem, 85dvh)"
        title="Filter and group"
        returnFocus={false}
        closeButtonProps={{ 'aria-label': 'Close' }}
        attributes={{ header: { role: 'presentation' } }}
      >
        <div className={classes.sheet}>
          <Choices runs={runs} />
          <SavedViews page="active" />
          <Button onClick={() => setOpen(false)}>Show runs</Button>
        </div>
      </Drawer>
    </>
  );
}

const isGiven = (value: unknown): boolean => value !== null;

function ViewSwitch() {
  const { view, set } = useActiveUrlState();
  return (
    <ActionIcon.Group aria-label="Rows" role="group">
      {VIEWS.map(({ value, label, Icon }) => (
        <ActionIcon
          key={value}
          variant={view === value ? 'light' : 'default'}
          color="brand"
          size="input-sm"
          aria-label={label}
          aria-pressed={view === value}
          title={label}
          onClick={() => set({ view: value })}
        >
          <Icon size={16} />
        </ActionIcon>
      ))}
    </ActionIcon.Group>
  );
}

function Choices({ runs }: { runs: readonly JobRunSummary[] }) {
  const { filters, grouping, isFollowing, set } = useActiveUrlState();
  const jobNames = useMemo(() => namesOf(runs, 'jobName', filters.job), [runs, filters.job]);
  const channels = useMemo(() => namesOf(runs, 'channel', filters.channel), [runs, filters.channel]);
  const runners = useMemo(() => namesOf(runs, 'runnerName', filters.runner), [runs, filters.runner]);
  return (
    <>
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
      {(runners.length > 1 || filters.runner !== null) && (
        <Select
          aria-label="Filter by runner"
          placeholder="Any runner"
          data={runners}
          value={filters.runner}
          onChange={(runner) => set({ runner })}
          clearable
          searchable
          comboboxProps={inPlace}
        />
      )}
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
    </>
  );
}

interface StateCountsProps {
  runs: readonly JobRunSummary[];
  /** All that are queued, also beyond `runs`. */
  queued: number;
}

/** How many of the runs shown are in each state, and how many more wait. */
export function StateCounts({ runs, queued }: StateCountsProps) {
  const now = useServerTime((time) => time);
  const text = useMemo(() => {
    const states = countStates(runs, now).map(([state, count]) => `${count.toLocaleString('en')} ${stateLabel[state]}`);
    const hidden = queued - runs.filter(({ status }) => status === 'QUEUED').length;
    return [...states, ...(hidden > 0 ? [`${formatHidden(hidden, queued)} more wait`] : [])].join(' · ');
  }, [runs, queued, now]);
  return <span className={classes.counts}>{text}</span>;
}

/** A filter of the address stays a choice when no run has it any more. */
function namesOf(
  runs: readonly JobRunSummary[],
  of: 'jobName' | 'channel' | 'runnerName',
  chosen: string | null,
): string[] {
  const names = new Set([...runs.map((run) => run[of]), chosen]);
  return [...names].filter((name) => name !== null).sort();
}
