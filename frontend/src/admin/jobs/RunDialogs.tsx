import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { statsKey } from '../../api/job-queries';
import { useLive } from '../../api/live/LiveProvider';
import { useOpenedRun, useRunDialog } from '../../components/url-state';
import { DialogBoundary } from '../../ui/DialogBoundary';
import { loadable } from '../../ui/loadable';
import { useReturnFocus } from '../../ui/useReturnFocus';

const JobDetailsModal = loadable(() => import('./JobDetailsModal').then((module) => module.JobDetailsModal));
const RunJobModal = loadable(() => import('./RunJobModal').then((module) => module.RunJobModal));

/** The two dialogs that any page can open through its address; loaded when first needed. */
export function RunDialogs() {
  const { runId, close } = useOpenedRun();
  const { isOpen, jobName, rerunOfId } = useRunDialog();
  return (
    <DialogBoundary opened={[runId, isOpen, jobName, rerunOfId]} onClose={close}>
      <OpenedRun />
      <RunDialog />
    </DialogBoundary>
  );
}

function OpenedRun() {
  const { runId, close } = useOpenedRun();
  const { openRerun } = useRunDialog();
  const shown = useLastValue(runId);
  useReturnFocus(runId !== null);
  if (shown === null) return null;
  return <JobDetailsModal jobRunId={shown} open={runId !== null} onClose={close} onRerun={openRerun} />;
}

const NONE: never[] = [];

function RunDialog() {
  const { isOpen, jobName, rerunOfId, close } = useRunDialog();
  // Closed, it has no use for what moves many times a second.
  const runs = useLive((live) => (isOpen ? live.runs : NONE));
  const queryClient = useQueryClient();
  const opening = useOpenings(isOpen);
  const shownRerun = useLastValue(isOpen ? (rerunOfId ?? '') : null);
  useReturnFocus(isOpen);
  if (opening === 0) return null;

  const onEnqueued = async (showIt: () => void) => {
    await close();
    void queryClient.invalidateQueries({ queryKey: statsKey() });
    // The dialog gives the focus back first; that must not scroll the page away again.
    setTimeout(showIt, 60);
  };
  return (
    <RunJobModal
      open={isOpen}
      opening={opening}
      jobName={jobName}
      rerunOfId={shownRerun === '' ? null : shownRerun}
      activeJobs={runs}
      onClose={close}
      onEnqueued={onEnqueued}
    />
  );
}

/** The last value that was there: what a dialog still shows while it closes. */
function useLastValue<Value>(value: Value | null): Value | null {
  const [last, setLast] = useState(value);
  if (value !== null && value !== last) setLast(value);
  return value ?? last;
}

function useOpenings(isOpen: boolean): number {
  const [{ wasOpen, count }, set] = useState({ wasOpen: false, count: 0 });
  if (isOpen === wasOpen) return count;
  const next = { wasOpen: isOpen, count: isOpen ? count + 1 : count };
  set(next);
  return next.count;
}
