import { terminalStatuses } from '@job-manager/shared/run';
import { Button, Checkbox, MultiSelect } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { type HistoryFilters, historyJobNamesQuery, type MoreFilters } from '../../api/job-queries';
import { statusAppearance } from '../../components/status';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { isNegated } from './history-conditions';

/** Fields of which the history can be filtered by several values at once, or by all others. */
export const severalFields = [
  { name: 'jobName', label: 'Jobs', noun: 'job' },
  { name: 'status', label: 'Statuses', noun: 'status' },
] as const;
export type SeveralField = (typeof severalFields)[number]['name'];

const valuesOf = (filters: HistoryFilters, field: SeveralField): string[] => filters[field]?.split(',') ?? [];

/** The filters with these values of a field, or with all but these; none for no value. */
function withValues(
  filters: HistoryFilters,
  field: SeveralField,
  values: readonly string[],
  isNot: boolean,
): HistoryFilters {
  const nots = (filters.more?.not?.split(',') ?? []).filter((name) => name !== field);
  if (isNot && values.length > 0) nots.push(field);
  const more: MoreFilters = { ...filters.more, not: nots.length > 0 ? nots.join(',') : undefined };
  const hasMore = Object.values(more).some((given) => given !== undefined);
  return { ...filters, [field]: values.length > 0 ? values.join(',') : undefined, more: hasMore ? more : undefined };
}

interface ChosenProps {
  filters: HistoryFilters;
  onOpen: (field: SeveralField) => void;
  onChange: (filters: HistoryFilters) => void;
}

/** The negated condition; one that is not negated stands in the bar. */
export function ChosenSeveral({ filters, onOpen, onChange }: ChosenProps) {
  return severalFields.map(({ name, label }) => {
    const values = valuesOf(filters, name);
    if (values.length === 0 || !isNegated(filters.more ?? {}, name)) return null;
    const shown = name === 'status' ? values.map(labelOfStatus) : values;
    const text = `${label}: not ${shown.join(', ')}`;
    return (
      <Button.Group key={name} miw={0}>
        <Button variant="light" miw={0} maw="20rem" flex={1} title={text} onClick={() => onOpen(name)}>
          {text}
        </Button>
        <Button
          variant="light"
          px={8}
          aria-label={`${text}: clear`}
          onClick={() => onChange(withValues(filters, name, [], false))}
        >
          <IconX size={14} aria-hidden />
        </Button>
      </Button.Group>
    );
  });
}

const labelOfStatus = (value: string): string =>
  terminalStatuses.flatMap((status) => (status === value ? [statusAppearance[status].label] : []))[0] ?? value;

interface DialogProps {
  field: SeveralField;
  filters: HistoryFilters;
  onChange: (filters: HistoryFilters) => void;
  onClose: () => void;
}

/** What the call of names answers at most. */
const MAX_NAMES = 1_000;
const CUT = 'The first 1,000 jobs are listed. The page of any other leads to its history.';

/** Takes several jobs or statuses. */
export function SeveralDialog({ field, filters, onChange, onClose }: DialogProps) {
  const [values, setValues] = useState(valuesOf(filters, field));
  const [isNot, setNot] = useState(isNegated(filters.more ?? {}, field));
  const { data: jobNames = [] } = useQuery({ ...historyJobNamesQuery(), enabled: field === 'jobName' });
  const { label, noun } = severalFields.find(({ name }) => name === field) ?? severalFields[0];
  return (
    <ConfirmDialog
      title={`Filter by ${noun}`}
      confirm="Filter"
      isPending={false}
      isChanged
      errorText={null}
      onConfirm={() => onChange(withValues(filters, field, values, isNot))}
      onClose={onClose}
    >
      {field === 'jobName' ? (
        <MultiSelect
          label={label}
          description={jobNames.length < MAX_NAMES ? undefined : CUT}
          data={[...new Set([...jobNames, ...values])]}
          value={values}
          onChange={setValues}
          maxValues={20}
          searchable
          clearable
          nothingFoundMessage="No job of this name has runs"
          data-autofocus
        />
      ) : (
        <Checkbox.Group label={label} value={values} onChange={setValues}>
          {terminalStatuses.map((status) => (
            <Checkbox key={status} value={status} label={statusAppearance[status].label} mt="xs" />
          ))}
        </Checkbox.Group>
      )}
      <Checkbox label="Is not" checked={isNot} onChange={(event) => setNot(event.currentTarget.checked)} />
    </ConfirmDialog>
  );
}
