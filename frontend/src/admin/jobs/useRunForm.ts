import type { JobDefinition, JobRun } from '@job-manager/shared/contract/run';
import { useForm } from '@mantine/form';
import { useState } from 'react';
import { parametersProblem } from '../../components/parameters/values';
import { timeProblem } from '../../components/TimeField';
import type { RunFormValues } from './run-form';
import { hasOptions } from './run-options';
import { defaultsOf, useEnqueueDraft } from './useEnqueueDraft';

interface Opened {
  definitions: readonly JobDefinition[];
  original?: JobRun;
  jobName: string | null;
  onChanged: (isChanged: boolean) => void;
}

/** The values of the form, kept as a draft, and what changes several of them. */
export function useRunForm(opened: Opened) {
  const definitionOf = (name: string) => opened.definitions.find(({ id }) => id === name);
  const { untouched, draft, keep } = useEnqueueDraft({ ...opened, definition: definitionOf(opened.jobName ?? '') });
  const [areOptionsOpen, setOptionsOpen] = useState(hasOptions(draft.start.values.options));
  const form = useForm<RunFormValues>({
    initialValues: draft.start.values,
    onValuesChange: keep,
    validate: {
      jobName: (name) => (name === '' ? 'Select a job' : null),
      parameters: parametersProblem,
      after: (ids, { time }) => (time === 'after' && ids.length === 0 ? 'Choose the runs to wait for' : null),
      options: {
        notBefore: (text, { time }) => (time === 'later' ? timeProblem(text) : null),
        uniqueKey: (key, { chain }) =>
          chain.length > 0 && key.trim() !== '' ? 'A key goes with one run alone, not with a chain' : null,
      },
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
  const writeParameters = (text: string) => {
    form.setFieldValue('parameters', text);
    form.clearFieldError('parameters');
  };
  return { form, draft, untouched, definitionOf, chosen, chooseJob, writeParameters, areOptionsOpen, setOptionsOpen };
}
