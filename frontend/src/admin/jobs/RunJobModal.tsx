import type { JobDefinition, JobRun, JobRunSummary } from '@job-manager/shared/contract/run';
import { Modal } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { toFailure } from '../../api/failure';
import { definitionsQuery, runQuery } from '../../api/job-queries';
import { ErrorPanel } from '../../ui/ErrorPanel';
import { RowSkeletons } from '../../ui/RowSkeletons';
import { useIsPhone } from '../../ui/useIsPhone';
import { RunJobForm } from './RunJobForm';

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
  onEnqueued: (run: JobRun) => void;
}

/** Picks a job, sets its parameters and queues a run; also repeats an earlier run with its parameters. */
export function RunJobModal({ open, opening, jobName, rerunOfId, activeJobs, onClose, onEnqueued }: RunJobModalProps) {
  const definitions = useQuery(definitionsQuery());
  const original = useQuery({ ...runQuery(rerunOfId ?? ''), enabled: rerunOfId !== null });
  const error = definitions.error ?? original.error;
  const isLoading = definitions.data === undefined || (rerunOfId !== null && original.data === undefined);
  const isPhone = useIsPhone();
  return (
    <Modal
      opened={open}
      onClose={onClose}
      size="lg"
      fullScreen={isPhone}
      returnFocus={false}
      title={rerunOfId === null ? 'Run New Job' : `Re-run Job (#${rerunOfId})`}
    >
      {error && isLoading ? (
        <ErrorPanel
          title="The dialog could not be prepared"
          details={toFailure(error).details}
          onRetry={() => void (definitions.error ? definitions.refetch() : original.refetch())}
        />
      ) : isLoading ? (
        <RowSkeletons rows={4} label="Loading jobs" />
      ) : (
        <RunJobForm
          key={opening}
          definitions={definitions.data as JobDefinition[]}
          original={original.data}
          jobName={jobName}
          activeJobs={activeJobs}
          onClose={onClose}
          onEnqueued={onEnqueued}
        />
      )}
    </Modal>
  );
}
