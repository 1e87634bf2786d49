import type { JobRun } from '@job-manager/shared/contract/run';
import { uiStatus } from '@job-manager/shared/run';
import { useState } from 'react';
import { DialogBoundary } from '../../ui/DialogBoundary';
import { loadable } from '../../ui/loadable';
import { useReturnFocus } from '../../ui/useReturnFocus';
import { CancelButton } from './JobRunCard';

const CancelRunModal = loadable(() => import('./CancelRunModal').then((module) => module.CancelRunModal));

interface Props {
  run: JobRun;
  isCancelling: boolean;
}

/**
 * Confirms before it cancels, and lets the person choose how far where other runs wait for this one, or it for them.
 */
export function CancelRunButton({ run, isCancelling }: Props) {
  const [isOpen, setOpen] = useState(false);
  useReturnFocus(isOpen);
  const close = () => setOpen(false);
  return (
    <>
      <CancelButton
        status={isCancelling ? 'CANCEL_REQUESTED' : uiStatus(run)}
        jobName={run.jobName}
        name={`${run.jobName} #${run.id}`}
        onCancel={() => setOpen(true)}
      />
      <DialogBoundary opened={[isOpen]} onClose={close}>
        {isOpen && <CancelRunModal run={run} onClose={close} />}
      </DialogBoundary>
    </>
  );
}
