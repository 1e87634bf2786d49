import type { JobRunSummary } from '@job-manager/shared/contract/run';
import type { WaitCondition } from '@job-manager/shared/enqueue';
import { limits } from '@job-manager/shared/limits';
import { Button, Group, MultiSelect, Radio } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { TimeField } from '../../components/TimeField';
import classes from './RunJobForm.module.css';
import type { RunFormValues, RunTime } from './run-form';

interface Props {
  form: UseFormReturnType<RunFormValues>;
  activeJobs: readonly JobRunSummary[];
  /** Takes the job and its parameters to a new schedule; undefined where that can't be. */
  onSchedule?: () => void;
}

const times: { value: RunTime; label: string }[] = [
  { value: 'now', label: 'Now' },
  { value: 'later', label: 'Later…' },
  { value: 'after', label: 'After other runs…' },
];

const conditions: { value: WaitCondition; label: string }[] = [
  { value: 'succeeded', label: 'when they have succeeded' },
  { value: 'finished', label: 'when they have ended, however' },
];

/** At the end of the page instead, the choices would lie outside the dialog. */
const inPlace = { withinPortal: false };

/** When the run is due. */
export function WhenFields({ form, activeJobs, onSchedule }: Props) {
  const { time, options } = form.values;
  return (
    <div className={classes.when}>
      <Radio.Group label="When" {...form.getInputProps('time')} error={undefined}>
        <Group gap="xs" className={classes.choices}>
          {times.map(({ value, label }) => (
            <Radio key={value} value={value} label={label} />
          ))}
          {onSchedule && (
            <Button variant="subtle" size="compact-sm" onClick={onSchedule}>
              On a schedule…
            </Button>
          )}
        </Group>
      </Radio.Group>
      {time === 'later' && (
        <TimeField
          label="Not before"
          value={options.notBefore}
          error={form.errors['options.notBefore']}
          onChange={(text) => form.setFieldValue('options.notBefore', text)}
        />
      )}
      {time === 'after' && <OtherRuns form={form} activeJobs={activeJobs} />}
    </div>
  );
}

function OtherRuns({ form, activeJobs }: Pick<Props, 'form' | 'activeJobs'>) {
  const { after } = form.values;
  const active = activeJobs.map(({ id, jobName, progressPercent }) => ({
    value: id,
    label: `#${id} ${jobName}${progressPercent === null ? '' : `, ${Math.round(progressPercent)} %`}`,
  }));
  // What has ended since it was chosen is still chosen.
  const ended = after.filter((id) => !activeJobs.some((run) => run.id === id));
  return (
    <div className={classes.options}>
      <MultiSelect
        label="Runs to wait for"
        data={[...active, ...ended.map((id) => ({ value: id, label: `#${id}, ended` }))]}
        placeholder={after.length === 0 ? (active.length === 0 ? 'No run is active' : 'Choose active runs') : undefined}
        searchable
        maxValues={limits.dependencies}
        comboboxProps={inPlace}
        {...form.getInputProps('after')}
      />
      <Radio.Group label="It runs" {...form.getInputProps('condition')}>
        <Group gap="xs" className={classes.choices}>
          {conditions.map(({ value, label }) => (
            <Radio key={value} value={value} label={label} />
          ))}
        </Group>
      </Radio.Group>
    </div>
  );
}
