import type { JobRun } from '@job-manager/shared/contract/run';
import type { CopyChoice } from '../../components/CopyMenu';
import { enqueueWithCurl } from '../../components/enqueue-with-curl';
import { quoteForShell } from '../../lib/shell';
import { paths } from '../../paths';

type Copied = Pick<JobRun, 'id' | 'jobName' | 'parameters' | 'channel' | 'priority' | 'inactivityTimeoutMs'>;

/**
 * A run as texts to send on, and to queue another one like it; what an external program executed has its link alone.
 * Secrets in parameters are redacted wherever they are shown, so there are none here either. `server` is the address of
 * the panel.
 */
export function copyRunChoices(run: Copied, server: string): CopyChoice[] {
  const { id, jobName, parameters, channel, priority } = run;
  const link = { label: 'Link', text: () => server + paths.run(id) };
  if (run.inactivityTimeoutMs !== null) return [link];
  return [
    link,
    { label: 'Command line', text: () => commandOf(run) },
    { label: 'curl', text: () => enqueueWithCurl(server, { jobName, parameters, channel, priority }) },
  ];
}

const commandOf = ({ jobName, parameters, channel, priority }: Copied): string =>
  [
    `npx tsx scripts/runJobs.ts ${jobName}`,
    `--params=${quoteForShell(JSON.stringify(parameters))}`,
    `--enqueue --queueing=${quoteForShell(JSON.stringify({ channel, priority }))}`,
  ].join(' ');
