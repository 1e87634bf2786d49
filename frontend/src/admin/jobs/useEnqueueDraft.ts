import type { JobDefinition, JobRun } from '@job-manager/shared/contract/run';
import { formatParameters } from '../../components/parameters/values';
import { useDraft } from '../../components/useDraft';
import type { RunFormValues } from './run-form';
import { noOptions } from './run-options';

/** What the parameters of a job begin with. */
export const defaultsOf = (definition?: JobDefinition): string => formatParameters(definition?.defaultParams ?? {});

interface Opened {
  /** The run to repeat, or the job chosen beforehand with its definition, or none of them. */
  original?: JobRun;
  jobName: string | null;
  definition?: JobDefinition;
  onChanged: (isChanged: boolean) => void;
}

/** The form as it begins and as it was left: one draft for new runs, one for each run that is repeated. */
export function useEnqueueDraft({ original, jobName, definition, onChanged }: Opened) {
  const untouched: RunFormValues = {
    jobName: original?.jobName ?? jobName ?? '',
    parameters: original ? formatParameters(original.parameters) : defaultsOf(definition),
    time: 'now',
    after: [],
    condition: 'succeeded',
    options: noOptions,
    chain: [],
  };
  const openedFor = jobName ?? '';
  const draft = useDraft(
    original ? `rerun ${original.id}` : 'new run',
    { openedFor, values: untouched },
    // An address that names a job is not answered with what was typed for another one.
    (kept) => openedFor === '' || openedFor === kept.openedFor || openedFor === kept.values.jobName,
  );
  const keep = (values: RunFormValues) => {
    draft.keep({ openedFor, values });
    onChanged(draft.isChanged({ openedFor, values }));
  };
  return { untouched, draft, keep };
}
