import type { JobRunSummary } from '@job-manager/shared/contract/run';
import type { JobUIStatus } from '@job-manager/shared/run';
import { memo } from 'react';
import { useServerTime } from '../../api/server-clock';
import { ChannelLink } from '../../components/EntityLinks';
import { JobProgressBar } from '../../components/JobProgressBar';
import { StatusMark } from '../../components/JobStatusBadge';
import { MessageCounts } from '../../components/MessageCounts';
import { RunPageLink } from '../../components/RunPageLink';
import { statusLook } from '../../components/status';
import { formatDuration } from '../../lib/duration';
import { openRowOnClick } from '../../ui/row-click';
import { AttentionBadge } from './AttentionBadge';
import { type ActiveRowProps, useActiveRow } from './active-row';
import { CancelButton, CancelFacts, EndFacts } from './JobRunCard';
import { Wait } from './QueueFacts';
import classes from './RunTableRow.module.css';

/** The heads of the columns; the rows are items of a list and name what they hold themselves. */
export function RunTableHead() {
  return (
    <div className={classes.head} aria-hidden>
      <span />
      <span>Run</span>
      <span>Progress</span>
      <span>Message, or what it waits for</span>
      <span>Channel</span>
      <span className={classes.time}>For</span>
      <span />
    </div>
  );
}

/** An active run as a row of 40 px. */
export const RunTableRow = memo(function RunTableRow(props: ActiveRowProps) {
  const { run, state, isFading, limits, as: Row = 'li', Menu, Advice, onCancel, onViewDetails } = props;
  const { status, attention, name } = useActiveRow(props);
  if (state === 'empty') return <Row className={classes.row} data-state="empty" aria-hidden />;
  const isActive = state === 'active';
  const isStopping = status === 'CANCEL_REQUESTED';
  return (
    <Row
      className={classes.row}
      role={Row === 'div' ? 'listitem' : undefined}
      data-state={state}
      data-fading={isFading || undefined}
      data-run={run.id}
      onClick={(event) => openRowOnClick(event, () => onViewDetails(run.id))}
    >
      <StatusMark status={status} />
      <div className={classes.what}>
        <RunPageLink jobRunId={run.id} className={classes.name} title={run.jobName}>
          {run.jobName}
        </RunPageLink>
        <span className={classes.id}>#{run.id}</span>
        <MessageCounts run={run} />
        {attention !== null && <AttentionBadge run={run} attention={attention} limits={limits} />}
      </div>
      <div className={classes.progress}>
        {run.status !== 'QUEUED' && (
          <>
            <JobProgressBar
              percent={run.progressPercent}
              label={`Progress of ${name}`}
              tone={isActive ? 'running' : statusLook[run.status].tone}
            />
            {run.progressPercent !== null && (
              <span className={classes.percent}>{Math.floor(run.progressPercent)} %</span>
            )}
          </>
        )}
      </div>
      <div className={classes.message}>{isActive ? <Message run={run} status={status} /> : <EndFacts run={run} />}</div>
      <div className={classes.channel}>
        <ChannelLink channel={run.channel} />
      </div>
      <div className={classes.time}>
        {isActive && <Since run={run} />} {isActive && Advice && <Advice run={run} />}
      </div>
      <div className={classes.actions}>
        <CancelButton
          status={isActive ? status : run.status}
          name={name}
          isOver={!isActive}
          isQuiet
          onCancel={() => onCancel(run)}
        />
        {Menu && isActive && (
          <Menu run={run} isStopping={isStopping} onCancel={onCancel} onViewDetails={onViewDetails} />
        )}
      </div>
    </Row>
  );
});

function Message({ run, status }: { run: JobRunSummary; status: JobUIStatus }) {
  if (status === 'CANCEL_REQUESTED') return <CancelFacts run={run} />;
  if (run.status === 'QUEUED') {
    return (
      <>
        <Wait run={run} />
        {run.priority !== 0 && <span className="tabular">Priority: {run.priority}</span>}
      </>
    );
  }
  return (
    <>
      {run.attempt > 1 && (
        <span>
          Attempt {run.attempt} of {run.maxAttempts}
        </span>
      )}
      {run.progressMessage && <span title={run.progressMessage}>{run.progressMessage}</span>}
    </>
  );
}

/** How long a run has been running, or waiting. */
function Since({ run: { startedAt, queuedAt, status } }: { run: JobRunSummary }) {
  const isRunning = status !== 'QUEUED' && startedAt !== null;
  const since = Date.parse(isRunning ? startedAt : queuedAt);
  const text = useServerTime((now) => formatDuration(Math.max(0, now - since)));
  return (
    <>
      <span className="visually-hidden">{isRunning ? 'Running for ' : 'Queued for '}</span>
      {text}
    </>
  );
}
