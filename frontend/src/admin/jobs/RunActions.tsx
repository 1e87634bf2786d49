import type { JobRun } from '@job-manager/shared/contract/run';
import { isAllowed, isTerminal } from '@job-manager/shared/run';
import { Button } from '@mantine/core';
import { IconRepeat } from '@tabler/icons-react';
import { Suspense } from 'react';
import { mount } from '../../api/mount';
import { useCan } from '../../api/session';
import { type CopyChoice, CopyMenu } from '../../components/CopyMenu';
import { enqueueWithCurl } from '../../components/enqueue-with-curl';
import { WatchRunButton } from '../../components/notices/WatchRunButton';
import { quoteForShell } from '../../lib/shell';
import { paths } from '../../paths';
import { CopyButton } from '../../ui/CopyButton';
import { loadable } from '../../ui/loadable';
import { useIsPhone } from '../../ui/useIsPhone';
import { CancelRunButton } from './CancelRunButton';
import { ForceFailButton } from './ForceFailButton';
import { RunLaterButton } from './RunLaterButton';
import { RunNowButton } from './RunNowButton';

const CompareMenu = loadable(() => import('./CompareMenu').then((module) => module.CompareMenu));

interface Props {
  run: JobRun;
  isCancelling: boolean;
  onRerun: (jobRunId: string) => void;
}

/** What can be done with a run in its state, by those who may. */
export function RunActions({ run, isCancelling, onRerun }: Props) {
  const mayRetry = useCan('retry', run.jobName);
  // There the acts of one run share a row.
  const isPhone = useIsPhone();
  // What a program elsewhere executed can't be started from here.
  const isOurs = run.inactivityTimeoutMs === null;
  return (
    <>
      <CopyButton text={run.id} label="Copy Run ID" shortcut="y" isIconOnly={isPhone} />
      <CopyMenu choices={copyRunChoices(run, window.location.origin + mount)} size="sm" isIconOnly={isPhone} />
      {!isPhone && isTerminal(run.status) && (
        <Suspense>
          <CompareMenu run={run} />
        </Suspense>
      )}
      {mayRetry && isOurs && isAllowed('rerun', run.status) && (
        <Button
          size="sm"
          data-key="e"
          title="Re-run (e)"
          leftSection={<IconRepeat size={16} />}
          onClick={() => onRerun(run.id)}
        >
          Re-run Job
        </Button>
      )}
      <RunNowButton run={run} />
      <RunLaterButton run={run} />
      {isAllowed('cancel', run.status) && <CancelRunButton run={run} isCancelling={isCancelling} />}
      <ForceFailButton run={run} />
      {!isTerminal(run.status) && <WatchRunButton run={run} />}
    </>
  );
}

type Copied = Pick<JobRun, 'id' | 'jobName' | 'parameters' | 'channel' | 'priority' | 'inactivityTimeoutMs'>;

/**
 * A run as texts to send on, and to queue another one like it; what an external program executed has its link alone.
 * Secrets in parameters are redacted wherever they are shown, so there are none here either. `server` is the address of
 * the panel.
 */
function copyRunChoices(run: Copied, server: string): CopyChoice[] {
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
