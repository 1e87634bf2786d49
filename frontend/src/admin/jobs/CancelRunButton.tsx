import type { JobRun } from '@job-manager/shared/contract/run';
import { uiStatus } from '@job-manager/shared/run';
import { useState } from 'react';
import { DialogBoundary } from '../../ui/DialogBoundary';
import { loadable } from '../../ui/loadable';
import { useReturnFocus } from '../../ui/useReturnFocus';
import { useCancelling } from './CancelProvider';
import { hasConnections } from './connections';
import { CancelButton } from './JobRunCard';

const CancelConnectedModal = loadable(() =>
  import('./CancelConnectedModal').then((module) => module.CancelConnectedModal),
);

interface Props {
  run: JobRun;
  isCancelling: boolean;
}

/** Cancels at once; asks how far where other runs wait for this one, or it for them. */
export function CancelRunButton({ run, isCancelling }: Props) {
  const { cancel } = useCancelling();
  const [isOpen, setOpen] = useState(false);
  useReturnFocus(isOpen);
  const close = () => setOpen(false);
  return (
    <>
      <CancelButton
        status={isCancelling ? 'CANCEL_REQUESTED' : uiStatus(run)}
        jobName={run.jobName}
        name={`${run.jobName} #${run.id}`}
        onCancel={() => (hasConnections(run) ? setOpen(true) : cancel(run))}
      />
      <DialogBoundary opened={[isOpen]} onClose={close}>
        {isOpen && <CancelConnectedModal run={run} onClose={close} />}
      </DialogBoundary>
    </>
  );
}
