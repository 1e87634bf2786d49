import { type AuditAction, auditActions } from '@job-manager/shared/audit';
import { Checkbox, Select } from '@mantine/core';
import { auditLabels } from '../../components/audit-labels';
import { DayField } from '../../components/DayField';
import { FilterBar } from '../../ui/FilterBar';
import { SearchField } from '../../ui/SearchField';
import classes from './AuditFilterBar.module.css';
import type { AuditFilters } from './queries';
import { ACTOR_CHARS, auditScopes, TARGET_CHARS } from './url-state';

interface Props {
  filters: AuditFilters;
  onChange: (filters: Partial<AuditFilters>, options?: { typed?: boolean }) => void;
  isHiding: boolean;
  onHide: (isHidden: boolean) => void;
}

const choices = auditActions.map((value) => ({ value, label: auditLabels[value] }));

const scopeLabels: Record<(typeof auditScopes)[number], string> = {
  maintenance: 'Many runs, channels, runners',
  channel: 'Channels',
  job: 'Jobs',
  schedule: 'Schedules',
};
const scopes = auditScopes.map((value) => ({ value, label: scopeLabels[value] }));

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
      <Select
        aria-label="Filter by what was acted on"
        placeholder="On anything"
        data={scopes}
        value={filters.about ?? null}
        onChange={(about) => onChange({ about: auditScopes.find((scope) => scope === about) })}
        clearable
        comboboxProps={inPlace}
        clearButtonProps={{ 'aria-label': 'Clear the filter by what was acted on' }}
      />
      <SearchField
        label="Exact name"
        value={filters.target ?? ''}
        onChange={(target) => onChange({ target }, { typed: true })}
        maxLength={TARGET_CHARS}
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
