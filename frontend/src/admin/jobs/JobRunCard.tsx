import type { JobRunSummary } from '@job-manager/shared/contract/run';
import { isTerminal, type JobUIStatus, uiStatus } from '@job-manager/shared/run';
import { Button, Loader } from '@mantine/core';
import { memo } from 'react';
import { useServerTime } from '../../api/server-clock';
import { useCan } from '../../api/session';
import { PersonLink } from '../../components/EntityLinks';
import { JobProgressBar } from '../../components/JobProgressBar';
import { JobStatusBadge, StatusMark } from '../../components/JobStatusBadge';
import { MessageCounts } from '../../components/MessageCounts';
import { RelativeTime } from '../../components/RelativeTime';
import { RunPageLink } from '../../components/RunPageLink';
import { statusLook } from '../../components/status';
import { formatDuration } from '../../lib/duration';
import { AttentionBadge } from './AttentionBadge';
import { attentionOf, type Limits } from './attention';
import { ForceFailButton } from './ForceFailButton';
import classes from './JobRunCard.module.css';
import type { ListRow } from './list-rows';
import { QueueFacts } from './QueueFacts';
import { RunNowButton } from './RunNowButton';

interface Props {
  run: JobRunSummary;
  /** What it is drawn as: an item of a list of any length is no `li` of a `ul`. */
  as?: 'li' | 'div';
  /** Asked to stop from this page, and not yet confirmed. */
  isCancelling: boolean;
  state: ListRow['state'];
  /** Has ended, and is about to go. */
  isFading: boolean;
  limits: Limits;
  onCancel: (run: JobRunSummary) => void;
  onViewDetails: (jobRunId: string) => void;
}

/** One active run: what, since when, how far, and what can be done about it. */
export const JobRunCard = memo(function JobRunCard({
  run,
  state,
  isFading,
  isCancelling,
  limits,
  as: Row = 'li',
  ...on
}: Props) {
  const status = isCancelling ? 'CANCEL_REQUESTED' : uiStatus(run);
  const attention = useServerTime((now) => (state === 'active' && attentionOf(run, limits, now)) || '');
  const name = `${run.jobName} #${run.id}`;
  if (state === 'empty') return <Row className={classes.card} data-state="empty" aria-hidden />;
  return (
    <Row
      className={classes.card}
      role={Row === 'div' ? 'listitem' : undefined}
      data-state={state}
      data-fading={isFading || undefined}
      data-run={run.id}
    >
      <StatusMark status={status} />
      <div className={classes.main}>
        <div className={classes.title}>
          <RunPageLink jobRunId={run.id} className={classes.name}>
            {run.jobName}
          </RunPageLink>
          <span className={classes.id}>#{run.id}</span>
          <MessageCounts run={run} />
          {attention !== '' && <AttentionBadge run={run} attention={attention} limits={limits} />}
        </div>
        <div className={classes.facts}>
          {state === 'ended' ? <EndFacts run={run} /> : <Facts run={run} status={status} />}
        </div>
        {run.status !== 'QUEUED' && (
          <JobProgressBar
            percent={run.progressPercent}
            label={`Progress of ${name}`}
            tone={state === 'ended' ? statusLook[run.status].tone : 'running'}
          />
        )}
      </div>
      <div className={classes.actions}>
        {state === 'active' && <RunNowButton run={run} />}
        <CancelButton
          status={state === 'ended' ? run.status : status}
          name={name}
          isOver={state === 'ended'}
          onCancel={() => on.onCancel(run)}
        />
        {state === 'active' && (status === 'CANCEL_REQUESTED' || attention !== '') && <ForceFailButton run={run} />}
        <Button variant="default" size="sm" aria-label={`Details of ${name}`} onClick={() => on.onViewDetails(run.id)}>
          Details
        </Button>
      </div>
    </Row>
  );
});

interface CancelButtonProps {
  status: JobUIStatus;
  name: string;
  /** The run has ended, and the button keeps its place. */
  isOver?: boolean;
  onCancel: () => void;
}

/** Cancels once; says "Stopping…" from the click on. Only for those who may. */
export function CancelButton({ status, name, isOver = false, onCancel }: CancelButtonProps) {
  const isStopping = status === 'CANCEL_REQUESTED';
  const mayCancel = useCan('cancel');
  if (!mayCancel && !isStopping) return null;
  return (
    <Button
      variant="default"
      size="sm"
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
      {run.progressMessage && <span className={classes.message}>“{run.progressMessage}”</span>}
    </>
  );
}

function EndFacts({ run }: { run: JobRunSummary }) {
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

function CancelFacts({ run }: { run: JobRunSummary }) {
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
