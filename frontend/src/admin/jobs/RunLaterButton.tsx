import type { JobRun } from '@job-manager/shared/contract/run';
import { isAllowed } from '@job-manager/shared/run';
import { Button } from '@mantine/core';
import { useState } from 'react';
import { useCan } from '../../api/session';
import { DialogBoundary } from '../../ui/DialogBoundary';
import { loadable } from '../../ui/loadable';
import { useReturnFocus } from '../../ui/useReturnFocus';

const RunLaterModal = loadable(() => import('./RunLaterModal').then((module) => module.RunLaterModal));

/** For queued runs: takes a time, and reschedules them to it. */
export function RunLaterButton({ run }: { run: JobRun }) {
  const mayRun = useCan('run', run.jobName);
  const [isOpen, setOpen] = useState(false);
  useReturnFocus(isOpen);
  if (!mayRun || !isAllowed('reschedule', run.status)) return null;
  const close = () => setOpen(false);
  return (
    <>
      <Button variant="default" size="sm" onClick={() => setOpen(true)}>
        Run later…
      </Button>
      <DialogBoundary opened={[isOpen]} onClose={close}>
        {isOpen && <RunLaterModal run={run} onClose={close} />}
      </DialogBoundary>
    </>
  );
}
