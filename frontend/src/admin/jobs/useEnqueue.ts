import { useState } from 'react';
import { trackError } from '../../api/errorTracking';
import { type Failure, toFailure } from '../../api/failure';
import { enqueueRun } from '../../api/job-queries';
import { useAction } from '../../api/useAction';
import { randomId } from '../../lib/random-id';
import { toastError, toastInfo, toastSuccess } from '../../ui/toast';
import { messagesOf, readParameters } from './parameters';
import { type RunOptionValues, readOptions } from './run-options';

/** A run to be queued, as the form has it. */
export interface RunFormValues {
  jobName: string;
  parameters: string;
  options: RunOptionValues;
}

interface Ends {
  /** The finished run that is repeated. */
  rerunOfId?: string;
  onEnqueued: () => void;
  /** Can be put right: what is wrong, by field. */
  onFaults: (messages: Record<string, string>) => void;
  /** Can never be queued like this; it has been told. */
  onRefused: () => void;
}

/** Queues one run, however often it is asked to. */
export function useEnqueue({ rerunOfId, onEnqueued, onFaults, onRefused }: Ends) {
  const [idempotencyKey] = useState(() => randomId());
  return useAction({
    mutationFn: ({ jobName, parameters, options }: RunFormValues) =>
      enqueueRun({
        jobName,
        parameters: readParameters(parameters),
        rerunOfId,
        idempotencyKey,
        ...readOptions(options),
      }),
    onSuccess: ({ jobRunId, isNew }, { options }) => {
      if (!isNew && hasKey(options)) toastInfo({ message: `Run #${jobRunId} has this key already` });
      else toastSuccess({ message: `Job enqueued: #${jobRunId}` });
      onEnqueued();
    },
    onError: (error, { jobName, options }) => {
      trackError(error, { action: 'enqueueJob', component: 'RunJobModal', jobName });
      const failure = toFailure(error);
      if (isTaken(failure, options)) return onFaults({ 'options.uniqueKey': failure.details });
      if (failure.retryable) return onFaults(messagesOf(failure));
      // The sign-in page has taken over; afterwards the form is there again.
      if (failure.status === 401) return;
      toastError({ title: 'Cannot run job', message: failure.details });
      onRefused();
    },
  });
}

const hasKey = ({ uniqueKey }: RunOptionValues): boolean => uniqueKey.trim() !== '';
const isTaken = ({ status }: Failure, options: RunOptionValues): boolean => status === 409 && hasKey(options);
