import { type AuditAction, auditActions } from '@job-manager/shared/audit';
import { Checkbox, Select } from '@mantine/core';
import { auditWords } from '../../components/audit-words';
import { DayField } from '../../components/DayField';
import { FilterBar } from '../../ui/FilterBar';
import { SearchField } from '../../ui/SearchField';
import classes from './AuditFilterBar.module.css';
import { ACTOR_CHARS } from './place';
import type { AuditFilters } from './queries';

interface Props {
  filters: AuditFilters;
  onChange: (filters: Partial<AuditFilters>, options?: { typed?: boolean }) => void;
  isHiding: boolean;
  onHide: (isHidden: boolean) => void;
}

const choices = auditActions.map((value) => ({ value, label: auditWords[value] }));

/** At the end of the page instead, the choices would lie outside every landmark. */
const inPlace = { withinPortal: false };

const RUN_NUMBER_CHARS = 18;

export function AuditFilterBar({ filters, onChange, isHiding, onHide }: Props) {
  return (
    <FilterBar>
      <SearchField
        label="Search by actor"
        value={filters.actor ?? ''}
        onChange={(actor) => onChange({ actor }, { typed: true })}
        maxLength={ACTOR_CHARS}
      />
      <Select
        aria-label="Filter by action"
        placeholder="All actions"
        data={choices}
        value={filters.action ?? null}
        onChange={(action) => onChange({ action: (action ?? undefined) as AuditAction | undefined })}
        clearable
        searchable
        nothingFoundMessage="No such action"
        comboboxProps={inPlace}
        clearButtonProps={{ 'aria-label': 'Clear the action filter' }}
      />
      <SearchField
        label="Run number"
        value={filters.jobRunId ?? ''}
        onChange={(text) => onChange({ jobRunId: text.replace(/\D/g, '') }, { typed: true })}
        maxLength={RUN_NUMBER_CHARS}
        className={classes.run}
      />
      <DayField label="From" value={filters.from ?? ''} onChange={(from) => onChange({ from })} />
      <DayField label="To" value={filters.to ?? ''} onChange={(to) => onChange({ to })} />
      <Checkbox label="Hide sign-ins" checked={isHiding} onChange={(event) => onHide(event.currentTarget.checked)} />
    </FilterBar>
  );
}
