import { enqueueBatch } from '../../api/batch-queries';
import { readParameters } from '../../components/parameters/values';
import { FIRST, type RunFormValues } from './run-form';
import { readOptions, readTime } from './run-options';

/** As long as the name of a batch may be. */
const MAX_NAME_CHARS = 200;

/** Queues the runs of the form as one batch, all of them or none; answers what to say of it. */
export async function enqueueChain(values: RunFormValues): Promise<string> {
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
  return `Jobs enqueued: ${jobRunIds.map((id) => `#${id}`).join(', ')}, as batch ${batchId}`;
}
