import { useState } from 'react';
import { useNavigate } from 'react-router-dom';
import { trackError } from '../../api/errorTracking';
import { type Failure, toFailure } from '../../api/failure';
import { enqueueRun } from '../../api/job-queries';
import { useAction } from '../../api/useAction';
import type { Problem } from '../../components/parameters/problems';
import { readParameters } from '../../components/parameters/values';
import { randomId } from '../../lib/random-id';
import { paths } from '../../paths';
import { toastError, toastInfo, toastSuccess } from '../../ui/toast';
import { enqueueChain } from './enqueue-chain';
import { messagesOf, rowProblemsOf } from './form-messages';
import type { RunFormValues } from './run-form';
import { readTime } from './run-form';
import { readOptions } from './run-options';

interface Ends {
  /** The finished run that is repeated. */
  rerunOfId?: string;
  /** The run, or the first of a chain. */
  onEnqueued: (jobRunId: string) => void;
  /** Problems that can be corrected, by field, and by row of the chain. */
  onProblems: (messages: Record<string, string>, rows: Record<string, Problem[]>) => void;
  /** Can never be queued like this; the reader has been notified. */
  onRefused: () => void;
}

interface Queued {
  message: string;
  jobRunId: string;
  isNew: boolean;
  /** Address of what was queued. */
  to: string;
}

const NO_ROWS = {};

/** Queues one run or a chain of them once, however often it is called. */
export function useEnqueue({ rerunOfId, onEnqueued, onProblems, onRefused }: Ends) {
  const [idempotencyKey] = useState(() => randomId());
  const navigate = useNavigate();
  return useAction({
    mutationFn: async (values: RunFormValues): Promise<Queued> => {
      if (values.chain.length > 0) return { ...(await enqueueChain(values)), isNew: true };
      const { jobName, parameters, options } = values;
      const { jobRunId, isNew } = await enqueueRun({
        jobName,
        parameters: readParameters(parameters),
        rerunOfId,
        idempotencyKey,
        ...readTime(values),
        ...readOptions(options),
      });
      const queued = { jobRunId, to: paths.run(jobRunId) };
      if (!isNew && hasKey(options)) return { message: `Run #${jobRunId} has this key already`, isNew, ...queued };
      return { message: `Job enqueued: #${jobRunId}`, isNew: true, ...queued };
    },
    onSuccess: ({ message, jobRunId, isNew, to }) => {
      const toast = { message, offer: { label: 'Show', act: () => void navigate(to) } };
      if (isNew) toastSuccess(toast);
      else toastInfo(toast);
      onEnqueued(jobRunId);
    },
    onError: (error, values) => {
      const { jobName, options, chain } = values;
      const params = readParameters(values.parameters);
      trackError(error, { action: 'enqueueJob', component: 'RunJobModal', jobName, params });
      const failure = toFailure(error);
      if (isTaken(failure, options)) return onProblems({ 'options.uniqueKey': failure.details }, NO_ROWS);
      if (failure.retryable || chain.length > 0)
        return onProblems(messagesOf(failure, chain), rowProblemsOf(failure, chain));
      // The sign-in page has taken over; afterwards the form is there again.
      if (failure.status === 401) return;
      toastError({ title: 'Cannot run job', message: failure.details });
      onRefused();
    },
  });
}

const hasKey = ({ uniqueKey }: RunFormValues['options']): boolean => uniqueKey.trim() !== '';
const isTaken = ({ status }: Failure, options: RunFormValues['options']): boolean => status === 409 && hasKey(options);
