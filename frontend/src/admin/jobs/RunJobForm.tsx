import type { JobDefinition, JobRun, JobRunSummary } from '@job-manager/shared/contract/run';
import { Button, JsonInput, NativeSelect } from '@mantine/core';
import { useForm } from '@mantine/form';
import { IconAlertTriangle } from '@tabler/icons-react';
import { Suspense, useState } from 'react';
import { RestoredNote } from '../../components/RestoredNote';
import { Banner } from '../../ui/Banner';
import { loadable } from '../../ui/loadable';
import { JobDescription } from './JobDescription';
import { parametersFault, readParameters } from './parameters';
import classes from './RunJobForm.module.css';
import { RunOptionsFold } from './RunOptionsFold';
import { hasOptions, isOptionField } from './run-options';
import { type RunFormValues, useEnqueue } from './useEnqueue';
import { defaultsOf, useEnqueueDraft } from './useEnqueueDraft';

// What only helps to fill the form in is not waited for.
const ParameterSide = loadable(() => import('./ParameterSide').then((module) => module.ParameterSide));
const PresetMenu = loadable(() => import('./PresetMenu').then((module) => module.PresetMenu));

interface Props {
  definitions: readonly JobDefinition[];
  original?: JobRun;
  jobName: string | null;
  activeJobs: readonly JobRunSummary[];
  /** Whether the form holds more than it began with. */
  onChanged: (isChanged: boolean) => void;
  onClose: () => void;
  onEnqueued: () => void;
}

export function RunJobForm(props: Props) {
  const { definitions, original, jobName, activeJobs, onClose, onEnqueued } = props;
  const definitionOf = (name: string) => definitions.find(({ id }) => id === name);
  const { untouched, draft, keep } = useEnqueueDraft({ ...props, definition: definitionOf(jobName ?? '') });
  const [areOptionsOpen, setOptionsOpen] = useState(hasOptions(draft.start.values.options));
  const form = useForm<RunFormValues>({
    initialValues: draft.start.values,
    onValuesChange: keep,
    validate: {
      jobName: (name) => (name === '' ? 'Select a job' : null),
      parameters: parametersFault,
    },
  });
  const chosen = definitionOf(form.values.jobName);
  // What was typed stays; untouched defaults give way to those of the other job.
  const chooseJob = (name: string) => {
    const { parameters: typed } = form.values;
    const isUntouched = typed.trim() === '' || typed === defaultsOf(chosen);
    form.setValues({ jobName: name, parameters: isUntouched ? defaultsOf(definitionOf(name)) : typed });
    form.clearErrors();
  };
  const parameters = parametersFault(form.values.parameters) === null ? readParameters(form.values.parameters) : null;
  const write = (text: string) => {
    form.setFieldValue('parameters', text);
    form.clearFieldError('parameters');
  };
  const giveUp = () => {
    draft.drop();
    onClose();
  };
  const isRunning = activeJobs.some((run) => run.jobName === form.values.jobName && run.status === 'RUNNING');

  const enqueue = useEnqueue({
    rerunOfId: original?.id,
    onEnqueued: () => {
      draft.drop();
      onEnqueued();
    },
    onRefused: onClose,
    onFaults: (messages) => {
      form.setErrors(messages);
      if (Object.keys(messages).some(isOptionField)) setOptionsOpen(true);
    },
  });
  const submit = form.onSubmit((values) => enqueue.mutate(values));

  return (
    <form onSubmit={submit} className={classes.form} noValidate>
      {draft.isRestored && (
        <RestoredNote
          onDiscard={() => {
            form.setValues(untouched);
            draft.drop();
          }}
        />
      )}
      <NativeSelect
        label="Select Job"
        data={[
          { value: '', label: 'Choose a job…', disabled: true },
          ...definitions.map(({ id, name }) => ({ value: id, label: name })),
        ]}
        data-autofocus
        {...form.getInputProps('jobName')}
        onChange={(event) => chooseJob(event.currentTarget.value)}
      />
      {chosen && <JobDescription definition={chosen} />}
      {isRunning && <Banner icon={IconAlertTriangle}>Another instance of this job is currently running.</Banner>}
      <div className={classes.sides}>
        {chosen && (
          <Suspense fallback={null}>
            <ParameterSide definition={chosen} text={form.values.parameters} onChange={write} />
          </Suspense>
        )}
        <div>
          <div className={classes.parametersHead}>
            <label htmlFor="run-parameters" className={classes.label}>
              Parameters (JSON)
            </label>
            <span className={classes.parametersActs}>
              {chosen && (
                <Suspense fallback={null}>
                  <PresetMenu
                    definition={chosen}
                    parameters={parameters}
                    onChoose={(preset) => write(JSON.stringify(preset, null, 2))}
                  />
                </Suspense>
              )}
              <Button
                variant="default"
                size="compact-sm"
                disabled={chosen?.defaultParams === undefined}
                onClick={() => write(defaultsOf(chosen))}
              >
                Load Defaults
              </Button>
            </span>
          </div>
          <JsonInput
            id="run-parameters"
            rows={7}
            spellCheck={false}
            classNames={{ input: classes.json, error: classes.fault }}
            description="Checked by the server as you type"
            inputWrapperOrder={['input', 'description', 'error']}
            onKeyDown={(event) => {
              if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) submit();
            }}
            {...form.getInputProps('parameters')}
            // The field's own check on leaving it would hide where the fault is.
            validationError={form.errors.parameters}
          />
        </div>
      </div>
      <RunOptionsFold form={form} definition={chosen} isOpen={areOptionsOpen} onToggle={setOptionsOpen} />
      <div className={classes.buttons}>
        <Button variant="default" onClick={giveUp}>
          Cancel
        </Button>
        <Button type="submit" loading={enqueue.isPending}>
          Enqueue Job
        </Button>
      </div>
    </form>
  );
}
