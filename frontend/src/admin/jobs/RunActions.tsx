import type { JobRun } from '@job-manager/shared/contract/run';
import { isAllowed, isTerminal } from '@job-manager/shared/run';
import { Button } from '@mantine/core';
import { IconRepeat } from '@tabler/icons-react';
import { Suspense } from 'react';
import { mount } from '../../api/place';
import { useCan } from '../../api/session';
import { CopyMenu } from '../../components/CopyMenu';
import { WatchRunButton } from '../../components/notices/WatchRunButton';
import { CopyButton } from '../../ui/CopyButton';
import { loadable } from '../../ui/loadable';
import { useIsPhone } from '../../ui/useIsPhone';
import { CancelRunButton } from './CancelRunButton';
import { copyRunChoices } from './copy-run';
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
