import type { JobRunSummary } from '@job-manager/shared/contract/run';
import { isAllowed } from '@job-manager/shared/run';
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { forceFailAfterQuery } from '../../api/job-queries';
import { useCan } from '../../api/session';
import { DialogBoundary } from '../../ui/DialogBoundary';
import { loadable } from '../../ui/loadable';
import { useReturnFocus } from '../../ui/useReturnFocus';

const ForceFailModal = loadable(() => import('./ForceFailModal').then((module) => module.ForceFailModal));

const USUAL_GRACE_MS = 30_000;

interface Props {
  run: JobRunSummary;
  /** In a row of a list. */
  isQuiet?: boolean;
}

/** For a running run: requests it to stop and, after a grace, ends it by force. */
export function ForceFailButton({ run, isQuiet = false }: Props) {
  const mayForceFail = useCan('forceFail', run.jobName);
  const { data: graceMs = USUAL_GRACE_MS } = useQuery(forceFailAfterQuery());
  const [isOpen, setOpen] = useState(false);
  useReturnFocus(isOpen);
  if (!mayForceFail || !isAllowed('forceFail', run.status)) return null;
  const close = () => setOpen(false);
  return (
    <>
      <Button
        variant="outline"
        color="red"
        size={isQuiet ? 'compact-sm' : 'sm'}
        aria-label={`Force fail ${run.jobName} #${run.id}`}
        onClick={() => setOpen(true)}
      >
        Force fail
      </Button>
      <DialogBoundary opened={[isOpen]} onClose={close}>
        {isOpen && <ForceFailModal run={run} graceMs={graceMs} onClose={close} />}
      </DialogBoundary>
    </>
  );
}
