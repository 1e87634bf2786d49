import type { JobDefinition, JobRun, JobRunSummary } from '@job-manager/shared/contract/run';
import { Button, JsonInput, NativeSelect } from '@mantine/core';
import { useForm } from '@mantine/form';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useState } from 'react';
import { Banner } from '../../ui/Banner';
import { JobDescription } from './JobDescription';
import { parametersFault } from './parameters';
import classes from './RunJobForm.module.css';
import { RunOptionsFold } from './RunOptionsFold';
import { isOptionField, noOptions } from './run-options';
import { type RunFormValues, useEnqueue } from './useEnqueue';

interface Props {
  definitions: readonly JobDefinition[];
  original?: JobRun;
  jobName: string | null;
  activeJobs: readonly JobRunSummary[];
  onClose: () => void;
  onEnqueued: (run: JobRun) => void;
}

const asText = (parameters: unknown) => JSON.stringify(parameters, null, 2);

export function RunJobForm({ definitions, original, jobName, activeJobs, onClose, onEnqueued }: Props) {
  const [areOptionsOpen, setOptionsOpen] = useState(false);
  const form = useForm<RunFormValues>({
    initialValues: {
      jobName: original?.jobName ?? jobName ?? '',
      parameters: original ? asText(original.parameters) : '{}',
      options: noOptions,
    },
    validate: {
      jobName: (name) => (name === '' ? 'Select a job' : null),
      parameters: parametersFault,
    },
  });
  const chosen = definitions.find(({ id }) => id === form.values.jobName);
  const isRunning = activeJobs.some((run) => run.jobName === form.values.jobName && run.status === 'RUNNING');

  const enqueue = useEnqueue({
    rerunOfId: original?.id,
    onEnqueued,
    onRefused: onClose,
    onFaults: (messages) => {
      form.setErrors(messages);
      if (Object.keys(messages).some(isOptionField)) setOptionsOpen(true);
    },
  });
  const submit = form.onSubmit((values) => enqueue.mutate(values));

  return (
    <form onSubmit={submit} className={classes.form} noValidate>
      <NativeSelect
        label="Select Job"
        data={[
          { value: '', label: 'Choose a job…', disabled: true },
          ...definitions.map(({ id, name }) => ({ value: id, label: name })),
        ]}
        data-autofocus
        {...form.getInputProps('jobName')}
      />
      {chosen && <JobDescription definition={chosen} />}
      {isRunning && <Banner icon={IconAlertTriangle}>Another instance of this job is currently running.</Banner>}
      <div>
        <div className={classes.parametersHead}>
          <label htmlFor="run-parameters" className={classes.label}>
            Parameters (JSON)
          </label>
          <Button
            variant="default"
            size="compact-sm"
            disabled={chosen?.defaultParams === undefined}
            onClick={() => form.setFieldValue('parameters', asText(chosen?.defaultParams ?? {}))}
          >
            Load Defaults
          </Button>
        </div>
        <JsonInput
          id="run-parameters"
          rows={7}
          spellCheck={false}
          classNames={{ input: classes.json, error: classes.fault }}
          description="Checked by the server when enqueued"
          inputWrapperOrder={['input', 'description', 'error']}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) submit();
          }}
          {...form.getInputProps('parameters')}
          // The field's own check on leaving it would hide where the fault is.
          validationError={form.errors.parameters}
        />
      </div>
      <RunOptionsFold form={form} definition={chosen} isOpen={areOptionsOpen} onToggle={setOptionsOpen} />
      <div className={classes.buttons}>
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button type="submit" loading={enqueue.isPending}>
          Enqueue Job
        </Button>
      </div>
    </form>
  );
}
