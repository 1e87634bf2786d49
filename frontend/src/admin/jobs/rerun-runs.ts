import type { JobRun } from '@job-manager/shared/contract/run';
import { enqueueRun } from '../../api/job-queries';

type Original = Pick<JobRun, 'id' | 'jobName' | 'parameters' | 'waitsFor'>;

/**
 * Queues a finished run again with its parameters, to wait for the runs in `after` as it waited for others, and answers
 * the id of the new run; the server puts in the secrets. With the same key it queues nothing twice.
 */
export async function rerun(original: Original, key: string, after: string[] = []): Promise<string> {
  const { id, jobName, parameters, waitsFor } = original;
  const { jobRunId } = await enqueueRun({
    jobName,
    parameters,
    rerunOfId: id,
    idempotencyKey: `${key} ${id}`,
    ...(after.length > 0 ? { after, when: waitsFor ?? 'succeeded' } : {}),
  });
  return jobRunId;
}
