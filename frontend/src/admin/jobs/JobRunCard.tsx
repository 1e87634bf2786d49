import type { JobRunSummary } from '@job-manager/shared/contract/run';
import { isTerminal, type JobUIStatus } from '@job-manager/shared/run';
import { Button, Loader } from '@mantine/core';
import { memo } from 'react';
import { useCan } from '../../api/session';
import { PersonLink } from '../../components/EntityLinks';
import { JobProgressBar } from '../../components/JobProgressBar';
import { JobStatusBadge } from '../../components/JobStatusBadge';
import { RelativeTime } from '../../components/RelativeTime';
import { statusAppearance } from '../../components/status';
import { formatDuration } from '../../lib/duration';
import { ActiveRow, RowTitle } from './ActiveRow';
import { type ActiveRowProps, useActiveRow } from './active-row';
import { ForceFailButton } from './ForceFailButton';
import classes from './JobRunCard.module.css';
import { QueueFacts } from './QueueFacts';
import { RunNowButton } from './RunNowButton';

/** One active run: what, since when, how far, and what can be done about it. */
export const JobRunCard = memo(function JobRunCard(props: ActiveRowProps) {
  const { run, state, Menu, Advice, onCancel, onViewDetails } = props;
  const { status, attention, name } = useActiveRow(props);
  const isActive = state === 'active';
  return (
    <ActiveRow of={props} className={classes.card} status={status}>
      <div className={classes.main}>
        <RowTitle of={props} attention={attention}>
          {isActive && Advice && <Advice run={run} />}
        </RowTitle>
        <div className={classes.facts}>{isActive ? <Facts run={run} status={status} /> : <EndFacts run={run} />}</div>
      </div>
      <div className={classes.actions}>
        {isActive && <RunNowButton run={run} isQuiet />}
        <CancelButton
          status={isActive ? status : run.status}
          jobName={run.jobName}
          name={name}
          isOver={!isActive}
          isQuiet
          onCancel={() => onCancel(run)}
        />
        {isActive && (status === 'CANCEL_REQUESTED' || attention !== null) && <ForceFailButton run={run} isQuiet />}
        <Button
          variant="subtle"
          color="gray"
          size="compact-sm"
          aria-label={`Details of ${name}`}
          onClick={() => onViewDetails(run.id)}
        >
          Details
        </Button>
        {Menu && isActive && (
          <Menu
            run={run}
            isStopping={status === 'CANCEL_REQUESTED'}
            onCancel={onCancel}
            onViewDetails={onViewDetails}
          />
        )}
      </div>
      {run.status !== 'QUEUED' && (
        <div className={classes.bar}>
          <JobProgressBar
            percent={run.progressPercent}
            label={`Progress of ${name}`}
            tone={isActive ? 'running' : statusAppearance[run.status].tone}
          />
        </div>
      )}
    </ActiveRow>
  );
});

interface CancelButtonProps {
  status: JobUIStatus;
  jobName: string;
  name: string;
  /** The run has ended, and the button keeps its place. */
  isOver?: boolean;
  /** In a row of a list, where there is one in each. */
  isQuiet?: boolean;
  onCancel: () => void;
}

/** Cancels once; shows "Stopping…" from the click on. Only for those who may. */
export function CancelButton({ status, jobName, name, isOver = false, isQuiet = false, onCancel }: CancelButtonProps) {
  const isStopping = status === 'CANCEL_REQUESTED';
  const mayCancel = useCan('cancel', jobName);
  if (!mayCancel && !isStopping) return null;
  return (
    <Button
      {...(isQuiet ? ({ variant: 'subtle', color: 'gray', size: 'compact-sm' } as const) : { variant: 'default' })}
      className={classes.cancel}
      disabled={isStopping || isOver}
      data-key="C"
      leftSection={isStopping ? <Loader size={14} color="currentColor" aria-hidden /> : undefined}
      aria-label={isStopping ? `Stopping… ${name}` : `Cancel ${name}`}
      onClick={onCancel}
    >
      {isStopping ? 'Stopping…' : 'Cancel'}
    </Button>
  );
}

function Facts({ run, status }: { run: JobRunSummary; status: JobUIStatus }) {
  if (status === 'CANCEL_REQUESTED') return <CancelFacts run={run} />;
  if (run.status === 'QUEUED') return <QueueFacts run={run} />;
  return (
    <>
      {run.startedAt && (
        <span>
          Started: <RelativeTime at={run.startedAt} />
        </span>
      )}
      {run.progressPercent !== null && <span className="tabular">Progress: {Math.floor(run.progressPercent)}%</span>}
      {run.attempt > 1 && (
        <span>
          Attempt {run.attempt} of {run.maxAttempts}
        </span>
      )}
      {run.progressMessage && (
        <span className={classes.message} title={run.progressMessage}>
          “{run.progressMessage}”
        </span>
      )}
    </>
  );
}

/** How a run ended that keeps its place. */
export function EndFacts({ run }: { run: JobRunSummary }) {
  return (
    <>
      {isTerminal(run.status) ? (
        <JobStatusBadge status={run.status} />
      ) : (
        <span>No longer among the runs shown here</span>
      )}
      {run.durationMs !== null && run.startedAt !== null && <span>Took {formatDuration(run.durationMs)}</span>}
    </>
  );
}

/** Who requested a run to stop, and when. */
export function CancelFacts({ run }: { run: JobRunSummary }) {
  return (
    <>
      <span>
        Cancel requested
        {run.cancelRequestedBy ? (
          <>
            {' by '}
            <PersonLink email={run.cancelRequestedBy.email} />
          </>
        ) : (
          '…'
        )}
      </span>
      {run.cancelRequestedAt && <RelativeTime at={run.cancelRequestedAt} />}
      {run.progressPercent !== null && <span className="tabular">Progress: {Math.floor(run.progressPercent)}%</span>}
    </>
  );
}
