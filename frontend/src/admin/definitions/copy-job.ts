import type { JobDefinition } from '@job-manager/shared/contract/run';
import type { CopyChoice } from '../../components/CopyMenu';
import { enqueueWithCurl } from '../../components/enqueue-with-curl';

/** A job as texts to run it from elsewhere. */
export function copyChoices(job: JobDefinition, origin: string): CopyChoice[] {
  const parameters = job.defaultParams ?? {};
  return [
    { label: 'JSON Schema of the parameters', text: () => JSON.stringify(job.parametersSchema, null, 2) },
    {
      label: 'Call of the client package',
      text: () => `await jobs.enqueue({ jobName: '${job.name}', parameters: ${JSON.stringify(parameters, null, 2)} });`,
    },
    { label: 'curl', text: () => enqueueWithCurl(origin, { jobName: job.name, parameters }) },
  ];
}
