import { terminalStatuses } from '@job-manager/shared/run';
import { Button, Select } from '@mantine/core';
import { IconPlayerPlay } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { HistoryFilters } from '../../api/job-queries';
import { statusAppearance } from '../../components/status';
import { capitalized, describeTime, rangeNames } from '../../lib/time-range';
import classes from './JobHistoryList.module.css';

interface Props {
  filters: HistoryFilters;
  jobNames: readonly string[];
  onOpenJobs: () => void;
  onFilterChange: (filters: HistoryFilters) => void;
  /** Absent for those who may not run. */
  onRunNew?: () => void;
  /** The saved views, on the page of the history alone. */
  views?: ReactNode;
}

const statusChoices = terminalStatuses.map((value) => ({ value, label: statusAppearance[value].label }));

const describeStatuses = (given: string): string =>
  statusChoices
    .filter(({ value }) => given.split(',').includes(value))
    .map(({ label }) => label)
    .join(', ');

const timeChoices = rangeNames.map((value) => ({ value, label: capitalized(describeTime(value)) }));
/** A range of the address that is none of these. */
const OTHER_TIME = 'other';

/** At the end of the page instead, the choices would lie outside every landmark. */
const inPlace = { withinPortal: false };

export function HistoryFilterBar({ filters, jobNames, onOpenJobs, onFilterChange, onRunNew, views }: Props) {
  // A job that has since been removed still has its history, so its name from the address stays a choice.
  const names = filters.jobName && !jobNames.includes(filters.jobName) ? [filters.jobName, ...jobNames] : jobNames;
  // So do several at once, which are chosen behind “Filter”.
  const several = filters.status?.includes(',')
    ? [{ value: filters.status, label: describeStatuses(filters.status) }]
    : [];
  const statuses = [...statusChoices, ...several];
  const { time } = filters;
  const times =
    typeof time === 'object'
      ? [...timeChoices, { value: OTHER_TIME, label: capitalized(describeTime(time)) }]
      : timeChoices;
  return (
    <div className={classes.filters}>
      <Select
        aria-label="Filter by job"
        placeholder="Filter by job"
        data={[...names]}
        value={filters.jobName ?? null}
        onChange={(jobName) => onFilterChange({ ...filters, jobName: jobName ?? undefined })}
        clearable
        comboboxProps={inPlace}
        searchable
        nothingFoundMessage="No job of this name has runs"
        onDropdownOpen={onOpenJobs}
        clearButtonProps={{ 'aria-label': 'Clear the job filter' }}
      />
      <Select
        aria-label="Filter by status"
        placeholder="Filter by status"
        data={statuses}
        value={filters.status ?? null}
        onChange={(status) => onFilterChange({ ...filters, status: status ?? undefined })}
        clearable
        comboboxProps={inPlace}
        clearButtonProps={{ 'aria-label': 'Clear the status filter' }}
      />
      <Select
        className={typeof time === 'object' ? classes.range : undefined}
        aria-label="Filter by time"
        placeholder="Filter by time"
        data={times}
        value={typeof time === 'object' ? OTHER_TIME : (time ?? null)}
        onChange={(value) =>
          value !== OTHER_TIME && onFilterChange({ ...filters, time: rangeNames.find((name) => name === value) })
        }
        clearable
        comboboxProps={inPlace}
        clearButtonProps={{ 'aria-label': 'Clear the time filter' }}
      />
      {views}
      {onRunNew && (
        <Button
          variant="light"
          leftSection={<IconPlayerPlay size={16} />}
          className={classes.runNew}
          onClick={onRunNew}
        >
          Run New Job
        </Button>
      )}
    </div>
  );
}
