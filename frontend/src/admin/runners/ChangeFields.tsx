import { type RunnerChange, runnerChange, runnerLogLevels } from '@job-manager/shared/runner';
import { NativeSelect, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { previewQuery } from './calls';
import { RefusedRunners } from './RefusedRunners';
import type { RunnerSubject } from './runner-subject';
import classes from './runners.module.css';

const AS_IS = { value: '', label: 'As it is' };
const EMPTY = { slots: '', serves: '', names: '', logLevel: '', claims: '' };
type Fields = typeof EMPTY;

/** The changes of runners, as they are typed. */
export interface ChangeDraft {
  fields: Fields;
  set: (part: Partial<Fields>) => void;
  /** Undefined while it is none that can be sent, or names nothing. */
  change: RunnerChange | undefined;
  problemAt: (field: keyof RunnerChange) => string | undefined;
}

export function useChangeDraft(): ChangeDraft {
  const [fields, setFields] = useState(EMPTY);
  const checked = runnerChange.safeParse(changeOf(fields));
  const hasChange = checked.success && Object.keys(checked.data).length > 0;
  return {
    fields,
    set: (part) => setFields((before) => ({ ...before, ...part })),
    change: hasChange ? checked.data : undefined,
    problemAt: (field) =>
      checked.success ? undefined : checked.error.issues.find(({ path }) => path[0] === field)?.message,
  };
}

function changeOf({ slots, serves, names, logLevel, claims }: Fields): object {
  const listed = names
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  return {
    ...(slots.trim() === '' ? {} : { concurrency: Number(slots) }),
    ...(serves === '' ? {} : { channels: serves === 'all' ? null : listed }),
    ...(logLevel === '' ? {} : { logLevel }),
    ...(claims === '' ? {} : { isPaused: claims === 'paused' }),
  };
}

/** The fields of a change; `only` is the runner that it is for where that is a single one. */
export function ChangeFields({ draft, only }: { draft: ChangeDraft; only?: RunnerSubject }) {
  const { fields, set, problemAt } = draft;
  return (
    <>
      <TextInput
        label="Runs at once"
        description={only ? `${only.concurrency} now; left empty, it stays` : 'Left empty, it stays'}
        inputMode="numeric"
        value={fields.slots}
        error={problemAt('concurrency')}
        onChange={(event) => set({ slots: event.currentTarget.value })}
        data-autofocus
      />
      <NativeSelect
        label="Channels"
        data={[AS_IS, { value: 'all', label: 'All channels' }, { value: 'some', label: 'Only these' }]}
        value={fields.serves}
        onChange={(event) => set({ serves: event.currentTarget.value })}
      />
      {fields.serves === 'some' && (
        <TextInput
          label="Names of channels"
          description="With commas between"
          value={fields.names}
          error={problemAt('channels')}
          onChange={(event) => set({ names: event.currentTarget.value })}
        />
      )}
      <NativeSelect
        label="Log level"
        data={[AS_IS, ...runnerLogLevels.map((value) => ({ value, label: value }))]}
        value={fields.logLevel}
        onChange={(event) => set({ logLevel: event.currentTarget.value })}
      />
      <NativeSelect
        label="Claiming"
        data={[
          AS_IS,
          { value: 'paused', label: 'Paused: claim nothing more' },
          { value: 'claims', label: 'Claim runs' },
        ]}
        value={fields.claims}
        onChange={(event) => set({ claims: event.currentTarget.value })}
      />
    </>
  );
}

/** Each runner with its current and its new values. */
export function ChangePreview({ runners, change }: { runners: readonly RunnerSubject[]; change: RunnerChange }) {
  const { data } = useQuery(previewQuery({ kind: 'SET', runnerIds: runners.map(({ id }) => id), change }));
  if (data === undefined) return null;
  return (
    <>
      <ul aria-label="What changes" className={classes.names}>
        {data.runners.map(({ runnerId, name, changes }) => (
          <li key={runnerId}>
            {name}: {changes.map(({ setting, from, to }) => `${setting} ${from} → ${to}`).join(', ') || 'as it is'}
          </li>
        ))}
      </ul>
      <RefusedRunners refused={data.refused} runners={runners} />
    </>
  );
}
