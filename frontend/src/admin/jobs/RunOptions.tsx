import type { JobDefinition } from '@job-manager/shared/contract/run';
import { limits } from '@job-manager/shared/limits';
import { Select, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import classes from './RunJobForm.module.css';
import type { RunFormValues } from './run-form';
import type { RunOptionValues } from './run-options';

interface Props {
  form: UseFormReturnType<RunFormValues>;
  /** What holds where nothing is set. */
  definition?: JobDefinition;
}

const scopes: { value: RunOptionValues['uniqueScope']; label: string }[] = [
  { value: 'queued', label: 'until it is begun' },
  { value: 'running', label: 'until it has ended' },
  { value: 'period', label: 'for some time' },
];

const conflicts: { value: RunOptionValues['onConflict']; label: string }[] = [
  { value: 'existing', label: 'answer the run that has it' },
  { value: 'refuse', label: 'refuse this one' },
  { value: 'replace', label: 'replace it while it is queued' },
  { value: 'after', label: 'run after it' },
];

/** At the end of the page instead, the choices would lie outside the dialog. */
const inPlace = { withinPortal: false };

/** How the run is to be queued; an empty field takes the value of the job. */
export function RunOptions({ form, definition }: Props) {
  const field = (name: keyof RunOptionValues) => form.getInputProps(`options.${name}`);
  return (
    <div className={classes.options}>
      <TextInput
        type="number"
        label="Priority"
        description="Lower runs first"
        placeholder={definition && String(definition.priority)}
        min={-limits.priority}
        max={limits.priority}
        {...field('priority')}
      />
      <TextInput
        label="Channel"
        description="The lane it queues in"
        placeholder={definition?.channel}
        maxLength={100}
        {...field('channel')}
      />
      <TextInput
        type="number"
        label="Attempts"
        description="At most, failures included"
        placeholder={definition && String(definition.maxAttempts)}
        min={1}
        max={limits.attempts}
        {...field('maxAttempts')}
      />
      <TextInput
        label="Unique key"
        description="One run of this job per key"
        maxLength={limits.uniqueKeyChars}
        {...field('uniqueKey')}
      />
      {form.values.options.uniqueKey.trim() !== '' && <Uniqueness form={form} />}
    </div>
  );
}

function Uniqueness({ form }: Pick<Props, 'form'>) {
  const { uniqueScope } = form.values.options;
  return (
    <>
      <Select
        label="The key is taken"
        data={scopes}
        allowDeselect={false}
        comboboxProps={inPlace}
        {...form.getInputProps('options.uniqueScope')}
      />
      <Select
        label="Where it is taken"
        data={conflicts}
        allowDeselect={false}
        comboboxProps={inPlace}
        {...form.getInputProps('options.onConflict')}
      />
      {uniqueScope === 'period' && (
        <TextInput type="number" label="For how many minutes" min={0} {...form.getInputProps('options.uniquePeriod')} />
      )}
    </>
  );
}
