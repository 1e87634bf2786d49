import type { JobRun } from '@job-manager/shared/contract/run';
import { isAllowed, uiStatus } from '@job-manager/shared/run';
import { Button } from '@mantine/core';
import { IconRepeat } from '@tabler/icons-react';
import { useCan } from '../../api/session';
import { CopyButton } from '../../ui/CopyButton';
import { ForceFailButton } from './ForceFailButton';
import { CancelButton } from './JobRunCard';

interface Props {
  run: JobRun;
  isCancelling: boolean;
  onCancel: (run: JobRun) => void;
  onRerun: (jobRunId: string) => void;
}

/** What can be done with a run in its state, by those who may. */
export function RunActions({ run, isCancelling, onCancel, onRerun }: Props) {
  const mayRetry = useCan('retry');
  // What a program elsewhere executed can't be started from here.
  const isOurs = run.inactivityTimeoutMs === null;
  return (
    <>
      <CopyButton text={run.id} label="Copy Run ID" />
      {mayRetry && isOurs && isAllowed('rerun', run.status) && (
        <Button size="sm" leftSection={<IconRepeat size={16} />} onClick={() => onRerun(run.id)}>
          Re-run Job
        </Button>
      )}
      {isAllowed('cancel', run.status) && (
        <CancelButton
          status={isCancelling ? 'CANCEL_REQUESTED' : uiStatus(run)}
          name={`${run.jobName} #${run.id}`}
          onCancel={() => onCancel(run)}
        />
      )}
      <ForceFailButton run={run} isAnnounced />
    </>
  );
}
