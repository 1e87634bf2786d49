import { type JobSettings, type JobSettingsChange, onStalledChoices } from '@job-manager/shared/contract/job-overrides';
import type { JobDefinition } from '@job-manager/shared/contract/run';
import { ActionIcon, Button, Checkbox, Group, NativeSelect, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { IconRestore } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { trackError } from '../../api/errorTracking';
import { currentOf, toFailure } from '../../api/failure';
import { fieldErrors } from '../../api/field-errors';
import { useAction } from '../../api/useAction';
import { ChangedNote, differencesOf } from '../../components/ChangedNote';
import { ErrorMessage } from '../../ui/ErrorMessage';
import { toastError, toastSuccess } from '../../ui/toast';
import { jobSettings, jobsKey } from './calls';
import classes from './definitions.module.css';
import { changeOf, NOTHING, type SettingName, type SettingValues, settingFields, valuesOf } from './job-setting-fields';

interface Props {
  job: JobDefinition & { settings: JobSettings };
  /** Silence after which runs of other jobs are stalled. */
  stalledAfterMs: number;
  /** Who may not change them only reads them. */
  isReadOnly: boolean;
}

const onStalledLabels = { again: 'Run again, even with a single attempt', fail: 'Fail' } as const;
const onStalledData = [
  { value: '', label: 'Run again, unless it has a single attempt (default)' },
  ...onStalledChoices.map((value) => ({ value, label: onStalledLabels[value] })),
];

/** Settings of operators that override the code of a job, beside the values of the code. */
export function JobSettingsForm({ job, stalledAfterMs, isReadOnly }: Props) {
  const { code, settings } = job;
  const [rev, setRev] = useState(settings.rev);
  const form = useForm<SettingValues>({ initialValues: valuesOf(settings) });
  const change = changeOf(form.values, settings);
  const { mutate, isPending, error } = useSave(job.name, {
    before: settings,
    onSaved: (saved) => {
      setRev(saved.rev);
      form.setValues(valuesOf(saved));
    },
    onChanged: setRev,
  });
  const theirs = error === null ? undefined : (currentOf(error) as JobSettings | undefined);
  const refused =
    error && theirs === undefined
      ? fieldErrors(
          toFailure(error),
          settingFields.map(({ of }) => of),
        )
      : null;
  const reset = (name: SettingName, label: string) =>
    !isReadOnly &&
    form.values[name] !== '' && (
      <ActionIcon
        variant="subtle"
        color="gray"
        title={`Reset ${label}`}
        aria-label={`Reset ${label}`}
        onClick={() => form.setFieldValue(name, '')}
      >
        <IconRestore size={16} />
      </ActionIcon>
    );
  return (
    <form
      noValidate
      className={classes.fields}
      onSubmit={(event) => {
        event.preventDefault();
        mutate({ ...change, rev });
      }}
    >
      {theirs && <ChangedNote differences={differencesOf({ ...theirs }, { ...change })} />}
      {settingFields.map(({ name, of, label, unset }) =>
        name === 'onStalled' ? (
          <NativeSelect
            key={name}
            label={label}
            data={onStalledData}
            disabled={isReadOnly}
            {...form.getInputProps(name)}
            error={refused?.fields[of]}
          />
        ) : (
          <TextInput
            key={name}
            label={label}
            description={unset(code, stalledAfterMs)}
            placeholder="Not set"
            readOnly={isReadOnly}
            rightSection={reset(name, label)}
            {...form.getInputProps(name)}
            error={refused?.fields[of]}
          />
        ),
      )}
      <Checkbox
        label="Critical: every failure of it matters"
        disabled={isReadOnly}
        {...form.getInputProps('isCritical', { type: 'checkbox' })}
      />
      {refused?.rest && <ErrorMessage>{refused.rest}</ErrorMessage>}
      {!isReadOnly && (
        <Group gap="xs">
          <Button type="submit" loading={isPending}>
            Save settings
          </Button>
          <Button variant="default" onClick={() => form.setValues(valuesOf(NOTHING))}>
            Reset all
          </Button>
        </Group>
      )}
    </form>
  );
}

interface SaveOptions {
  before: JobSettings;
  onSaved: (settings: JobSettings) => void;
  /** Another change came in between, and made it this `rev`. */
  onChanged: (rev: number) => void;
}

function useSave(jobName: string, { before, onSaved, onChanged }: SaveOptions) {
  const queryClient = useQueryClient();
  const settle = () => void queryClient.invalidateQueries({ queryKey: jobsKey() });
  const { mutate: undo } = useAction({
    mutationFn: ({ to, rev }: { to: JobSettings; rev: number }) =>
      jobSettings.set({ jobName, ...changeOf(valuesOf(to), to), rev }),
    onSuccess: ({ settings }) => {
      if (settings) onSaved(settings);
      toastSuccess({ message: `The settings of ${jobName} are as before.` });
    },
    onError: (failed) => {
      trackError(failed, { action: 'undoSetJob', component: 'DefinitionPage' });
      toastError({ title: 'The settings stay as they are', message: toFailure(failed).details });
    },
    onSettled: settle,
  });
  return useAction({
    mutationFn: (change: JobSettingsChange & { rev: number }) => jobSettings.set({ jobName, ...change }),
    onSuccess: ({ settings }) => {
      if (settings) onSaved(settings);
      const offer = settings && { label: 'Undo', act: () => undo({ to: before, rev: settings.rev }) };
      toastSuccess({ message: `The settings of ${jobName} hold for runs from now on.`, offer });
    },
    onError: (failed) => {
      const current = currentOf(failed) as JobSettings | undefined;
      if (current) onChanged(current.rev);
      else trackError(failed, { action: 'setJob', component: 'DefinitionPage' });
    },
    onSettled: settle,
  });
}
