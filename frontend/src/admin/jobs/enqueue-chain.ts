import { enqueueBatch } from '../../api/batch-queries';
import { readParameters } from '../../components/parameters/values';
import { paths } from '../../paths';
import { FIRST, type RunFormValues, readTime } from './run-form';
import { readOptions } from './run-options';

/** As long as the name of a batch may be. */
const MAX_NAME_CHARS = 200;

/**
 * Queues the runs of the form as one batch, all of them or none; returns the first run, its description, and the
 * address of the batch.
 */
export async function enqueueChain(values: RunFormValues) {
  const { jobName, parameters, options, chain } = values;
  const { unique: _, ...others } = readOptions(options);
  const { runAt, after, when } = readTime(values);
  const first = {
    ref: FIRST,
    jobName,
    parameters: readParameters(parameters),
    ...others,
    runAt,
    ...(after && { after: after.map((id) => `#${id}`), when }),
  };
  const rows = chain.map((row) => ({
    ref: row.key,
    jobName: row.jobName,
    parameters: readParameters(row.parameters),
    after: row.after,
    when: row.when,
  }));
  const name = [first, ...rows].map((run) => run.jobName).join(', then ');
  const { batchId, jobRunIds } = await enqueueBatch({ name: name.slice(0, MAX_NAME_CHARS), runs: [first, ...rows] });
  const names = jobRunIds.map((id) => `#${id}`).join(', ');
  return {
    jobRunId: jobRunIds[0] ?? '',
    message: `Jobs enqueued: ${names}, as batch ${batchId}`,
    to: paths.batch(batchId),
  };
}
