import type { JobDefinition, JobRunSummary } from '@job-manager/shared/contract/run';
import { Modal } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { toFailure } from '../../api/failure';
import { definitionsQuery, runQuery } from '../../api/job-queries';
import { useAllowed } from '../../api/session';
import { NoAccess } from '../../components/Permitted';
import { useDialogTitle } from '../../ui/document-title';
import { ErrorPanel } from '../../ui/ErrorPanel';
import { RowSkeletons } from '../../ui/RowSkeletons';
import { useIsPhone } from '../../ui/useIsPhone';
import { RunJobForm } from './RunJobForm';
import classes from './RunJobModal.module.css';

interface RunJobModalProps {
  open: boolean;
  /** Counts the openings: each has a form, and an idempotency key, of its own. */
  opening: number;
  /** The job chosen beforehand, if any. */
  jobName: string | null;
  /** The finished run to repeat, if any. */
  rerunOfId: string | null;
  /** For the warning that another instance is running. */
  activeJobs: readonly JobRunSummary[];
  onClose: () => void;
  /** `showIt` leads to the new run where the page lists it. */
  onEnqueued: (showIt: () => void) => void;
}

/** Picks a job, sets its parameters and queues a run; also repeats an earlier run with its parameters. */
export function RunJobModal({ open, opening, jobName, rerunOfId, activeJobs, onClose, onEnqueued }: RunJobModalProps) {
  const definitions = useQuery(definitionsQuery());
  const original = useQuery({ ...runQuery(rerunOfId ?? ''), enabled: rerunOfId !== null });
  const error = definitions.error ?? original.error;
  const isUnknown = error !== null && error === original.error && toFailure(error).status === 404;
  const isLoading = definitions.data === undefined || (rerunOfId !== null && original.data === undefined);
  const isPhone = useIsPhone();
  const can = useAllowed();
  const canRun = can('run', original.data?.jobName ?? jobName ?? undefined);
  const [changedOpening, setChangedOpening] = useState<number | null>(null);
  const title = rerunOfId === null ? 'Run New Job' : `Re-run Job (#${rerunOfId})`;
  useDialogTitle(open ? title : null);
  const content = useRef<HTMLDivElement>(null);
  // Opened by its address, the dialog had no field yet when its focus trap sought one.
  useEffect(() => {
    if (open && !isLoading) content.current?.querySelector<HTMLElement>('[data-autofocus]')?.focus();
  }, [open, isLoading]);
  return (
    <Modal
      opened={open}
      onClose={onClose}
      size="64rem"
      classNames={{ content: classes.content, header: classes.header, body: classes.body }}
      fullScreen={isPhone}
      returnFocus={false}
      // What was typed would come back, but a slip of the hand should not close it in the first place.
      closeOnClickOutside={changedOpening !== opening}
      title={title}
    >
      <div ref={content} className={classes.body}>
        {isLoading || !canRun ? (
          <div className={classes.waiting}>
            {!canRun ? (
              <NoAccess permission="run" />
            ) : error ? (
              <ErrorPanel
                title={isUnknown ? `There is no run #${rerunOfId}` : 'The dialog could not be prepared'}
                details={toFailure(error)}
                onRetry={
                  isUnknown ? undefined : () => void (definitions.error ? definitions.refetch() : original.refetch())
                }
              />
            ) : (
              <RowSkeletons rows={4} label="Loading jobs" />
            )}
          </div>
        ) : (
          <RunJobForm
            key={opening}
            definitions={(definitions.data as JobDefinition[]).filter(({ name }) => can('run', name))}
            original={original.data}
            jobName={jobName}
            activeJobs={activeJobs}
            onChanged={(isChanged) => setChangedOpening(isChanged ? opening : null)}
            onClose={onClose}
            onEnqueued={(jobRunId) => onEnqueued(() => showNewRun(jobRunId))}
          />
        )}
      </div>
    </Modal>
  );
}

/** How long a new run may take to come in over the live connection. */
const TIMEOUT_MS = 5_000;
const OUTLINED_MS = 2_000;

/** Scrolls to the row of a run that was just queued, once the active list has it, and outlines it for a moment. */
function showNewRun(jobRunId: string): void {
  const list = document.querySelector('.active-jobs');
  if (list === null) return;
  list.scrollIntoView({ block: 'start' });
  const outline = (): boolean => {
    const row = list.querySelector<HTMLElement>(`[data-run="${jobRunId}"]`);
    if (row === null) return false;
    row.scrollIntoView({ block: 'nearest' });
    row.toggleAttribute('data-new', true);
    setTimeout(() => row.removeAttribute('data-new'), OUTLINED_MS);
    return true;
  };
  if (outline()) return;
  const observer = new MutationObserver(() => outline() && observer.disconnect());
  observer.observe(list, { childList: true, subtree: true });
  setTimeout(() => observer.disconnect(), TIMEOUT_MS);
}
