import type { RunnerDefaults, RunnerDetails } from '@job-manager/shared/contract/runners';
import { describeRunnerChange, type RunnerChange } from '@job-manager/shared/runner';
import { Checkbox, NativeSelect } from '@mantine/core';
import { useState } from 'react';
import { useCan } from '../../api/session';
import { isAlive } from '../../components/runners';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { ChangeFields, ChangePreview, useChangeDraft } from './ChangeFields';
import { useRunners } from './calls';
import { useBroadcast } from './useBroadcast';

interface Props {
  defaults: RunnerDefaults;
  onClose: () => void;
}

const ALL = '';

/** Changes all runners at once, or those of a label, and on request those that start later. */
export function BroadcastDialog({ defaults, onClose }: Props) {
  const able = useRunners().filter((runner) => isAlive(runner) && runner.kind !== 'CLI');
  const [label, setLabel] = useState(ALL);
  const [isDefault, setDefault] = useState(false);
  const draft = useChangeDraft();
  const broadcast = useBroadcast(onClose);
  const mayDefault = useCan('manageSettings') && label === ALL;
  const chosen = label === ALL ? able : able.filter((runner) => labelsOf(runner).includes(label));
  const next = mayDefault && isDefault && draft.change ? { ...defaults.change, ...draft.change } : undefined;
  return (
    <ConfirmDialog
      title="Broadcast config"
      confirm={confirmOf(chosen.length, next !== undefined)}
      isPending={broadcast.isPending}
      isChanged={draft.change !== undefined}
      errorText={broadcast.errorText}
      onConfirm={() => {
        const { change } = draft;
        if (change && (chosen.length > 0 || next)) broadcast.send({ change, runners: chosen, defaults: next });
      }}
      onClose={onClose}
    >
      <NativeSelect
        label="To"
        data={[
          { value: ALL, label: able.length === 1 ? 'The only runner' : `All ${able.length} runners` },
          ...labelChoices(able).map((value) => ({ value, label: value })),
        ]}
        value={label}
        onChange={(event) => setLabel(event.currentTarget.value)}
      />
      <ChangeFields draft={draft} />
      {mayDefault ? (
        <Checkbox
          label="Also for runners that start later"
          checked={isDefault}
          onChange={(event) => setDefault(event.currentTarget.checked)}
        />
      ) : (
        <p className="dimmed">{whyNoDefault(label)}</p>
      )}
      {next && <DefaultNote next={next} />}
      {draft.change && chosen.length > 0 && <ChangePreview runners={chosen} change={draft.change} />}
    </ConfirmDialog>
  );
}

const DefaultNote = ({ next }: { next: RunnerChange }) => (
  <p>Runners that start later: {describeRunnerChange(next)}, instead of the settings they were started with.</p>
);

const whyNoDefault = (label: string): string =>
  label === ALL
    ? 'It holds until a runner ends. The default of runners that start later is for those who may change settings.'
    : 'It holds until a runner ends. A default of runners that start later is one for all.';

const confirmOf = (count: number, hasDefault: boolean): string => {
  if (count === 0) return hasDefault ? 'Set the default' : 'Set';
  return count === 1 ? 'Set 1 runner' : `Set ${count} runners`;
};

const labelsOf = ({ labels }: RunnerDetails): string[] =>
  Object.entries(labels).map(([name, value]) => `${name}=${value}`);

/** Regions first, for most fleets are divided by them. */
const labelChoices = (runners: readonly RunnerDetails[]): string[] =>
  [...new Set(runners.flatMap(labelsOf))].sort(
    (a, b) => Number(b.startsWith('region=')) - Number(a.startsWith('region=')) || a.localeCompare(b),
  );
