import { Modal } from '@mantine/core';
import type { KeyboardEvent } from 'react';
import { toFailure } from '../../api/failure';
import { openList } from '../../components/list-return';
import { RunPageLink } from '../../components/RunPageLink';
import { useOpenedRun, useRunTab } from '../../components/url-state';
import { areShortcutsOn } from '../../lib/shortcuts-switch';
import { useDialogTitle } from '../../ui/document-title';
import { ErrorPanel } from '../../ui/ErrorPanel';
import { byKey } from '../../ui/key-controls';
import { RowSkeletons } from '../../ui/RowSkeletons';
import { useIsPhone } from '../../ui/useIsPhone';
import { useCancelling } from './CancelProvider';
import classes from './JobDetailsModal.module.css';
import { RunActions } from './RunActions';
import { RunDetails } from './RunDetails';
import { RunWalk } from './RunWalk';
import { useRun } from './useRun';

interface JobDetailsModalProps {
  jobRunId: string;
  open: boolean;
  onClose: () => void;
  onRerun: (jobRunId: string) => void;
}

/** One run in a dialog over the page; follows it while it runs. */
export function JobDetailsModal({ jobRunId, open, onClose, onRerun }: JobDetailsModalProps) {
  const { run, error, refetch } = useRun(jobRunId, open);
  const { requested } = useCancelling();
  const isCancelling = run?.status === 'RUNNING' && requested.has(jobRunId);
  const failure = error === null ? null : toFailure(error);
  const isPhone = useIsPhone();
  const [tab] = useRunTab();
  const { walkTo } = useOpenedRun();
  useDialogTitle(open ? `${run?.jobName ?? 'Run'} #${jobRunId}` : null);
  return (
    <Modal
      opened={open}
      onClose={onClose}
      size="56rem"
      fullScreen={isPhone}
      returnFocus={false}
      onKeyDown={pressKeyInside}
      title={
        <span tabIndex={-1} data-autofocus className={classes.title}>
          {run ? `Job Run Details: ${run.jobName} (#${jobRunId})` : `Job Run Details: #${jobRunId}`}
        </span>
      }
    >
      {run ? (
        <>
          <RunDetails run={run} isCancelling={isCancelling} />
          <div className={classes.actions}>
            <RunWalk run={run} list={openList()} onWalk={({ jobRunId: id, page }) => walkTo(id, page)} />
            <RunPageLink jobRunId={jobRunId} tab={tab} className={classes.page}>
              Open as a page
            </RunPageLink>
            <RunActions run={run} isCancelling={isCancelling} onRerun={onRerun} />
          </div>
        </>
      ) : failure ? (
        <ErrorPanel
          title={failure.status === 404 ? `There is no run #${jobRunId}` : 'The run could not be loaded'}
          details={failure}
          onRetry={failure.status === 404 ? undefined : () => void refetch()}
        />
      ) : (
        <RowSkeletons rows={5} label="Loading the run" />
      )}
    </Modal>
  );
}

/** Presses the control inside a dialog that names a key in `data-key`; the shell does so for pages. */
function pressKeyInside(event: KeyboardEvent<HTMLElement>): void {
  const { key, target, currentTarget, ctrlKey, metaKey, altKey } = event;
  if (event.defaultPrevented || ctrlKey || metaKey || altKey || !areShortcutsOn()) return;
  if (target instanceof Element && target.closest('input, textarea, select, [role="menu"]') !== null) return;
  const control = currentTarget.querySelector<HTMLElement>(byKey(key));
  if (control === null) return;
  event.preventDefault();
  control.click();
}
