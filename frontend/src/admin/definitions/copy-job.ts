import type { JobDefinition } from '@job-manager/shared/contract/run';
import type { CopyChoice } from '../../components/CopyMenu';

/** A job as texts to run it from elsewhere. */
export function copyChoices(job: JobDefinition, origin: string): CopyChoice[] {
  const parameters = job.defaultParams ?? {};
  const body = JSON.stringify({ jobName: job.name, parameters });
  return [
    { label: 'JSON Schema of the parameters', text: () => JSON.stringify(job.parametersSchema, null, 2) },
    {
      label: 'Call of the client package',
      text: () => `await jobs.enqueue({ jobName: '${job.name}', parameters: ${JSON.stringify(parameters, null, 2)} });`,
    },
    {
      label: 'curl',
      text: () =>
        [
          `curl -X POST ${origin}/api/admin/jobs/enqueue`,
          `-H "Authorization: Bearer $JOBS_TOKEN"`,
          `-H 'Content-Type: application/json'`,
          `-d '${quoteForShell(body)}'`,
        ].join(' \\\n  '),
    },
  ];
}

const quoteForShell = (text: string): string => text.replaceAll("'", `'\\''`);
