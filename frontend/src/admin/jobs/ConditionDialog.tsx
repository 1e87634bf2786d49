import { Checkbox, Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { MoreFilters } from '../../api/job-queries';
import { formatDuration } from '../../lib/duration';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { type ConditionKind, isNegated, readCondition } from './history-conditions';

interface Props {
  kind: ConditionKind;
  more: MoreFilters | undefined;
  onSet: (value: string | number, isNot: boolean) => void;
  onClose: () => void;
}

/** Takes the value of one condition of the history. */
export function ConditionDialog({ kind, more = {}, onSet, onClose }: Props) {
  const { name, label, input, hint, choices, hasNot = false } = kind;
  const given = more[name];
  const [text, setText] = useState(
    given === undefined
      ? (choices?.[0]?.value ?? '')
      : input === 'duration'
        ? formatDuration(Number(given)).replace(/ .*/, '')
        : String(given),
  );
  const [isNot, setNot] = useState(isNegated(more, name));
  const [isRefused, setRefused] = useState(false);
  const value = readCondition(kind, text);
  const error = isRefused && value === null ? (hint ?? 'Enter a value') : null;
  return (
    <ConfirmDialog
      title={`Filter by ${label.toLowerCase()}`}
      confirm="Filter"
      isPending={false}
      isChanged
      errorText={null}
      onConfirm={() => (value === null ? setRefused(true) : onSet(value, isNot))}
      onClose={onClose}
    >
      {choices === undefined ? (
        <TextInput
          label={label}
          description={hint}
          value={text}
          error={error}
          maxLength={200}
          autoComplete="off"
          onChange={(event) => setText(event.currentTarget.value)}
          data-autofocus
        />
      ) : (
        <Select
          label={label}
          data={[...choices]}
          value={text}
          allowDeselect={false}
          onChange={(next) => setText(next ?? '')}
          data-autofocus
        />
      )}
      {hasNot && <Checkbox label="Is not" checked={isNot} onChange={(event) => setNot(event.currentTarget.checked)} />}
    </ConfirmDialog>
  );
}
