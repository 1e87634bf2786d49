import type { JobRun } from '@job-manager/shared/contract/run';
import { isAllowed, isTerminal } from '@job-manager/shared/run';
import { Button } from '@mantine/core';
import { IconRepeat } from '@tabler/icons-react';
import { useCan } from '../../api/session';
import { WatchRunButton } from '../../components/notices/WatchRunButton';
import { CopyButton } from '../../ui/CopyButton';
import { CancelRunButton } from './CancelRunButton';
import { ForceFailButton } from './ForceFailButton';
import { RunLaterButton } from './RunLaterButton';
import { RunNowButton } from './RunNowButton';

interface Props {
  run: JobRun;
  isCancelling: boolean;
  onRerun: (jobRunId: string) => void;
}

/** What can be done with a run in its state, by those who may. */
export function RunActions({ run, isCancelling, onRerun }: Props) {
  const mayRetry = useCan('retry');
  // What a program elsewhere executed can't be started from here.
  const isOurs = run.inactivityTimeoutMs === null;
  return (
    <>
      <CopyButton text={run.id} label="Copy Run ID" shortcut="y" />
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
