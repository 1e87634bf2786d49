import type { JobRunSummary } from '@job-manager/shared/contract/run';
import type { JobUIStatus } from '@job-manager/shared/run';
import { memo } from 'react';
import { useServerTime } from '../../api/server-clock';
import { ChannelLink, RunnerLink } from '../../components/EntityLinks';
import { JobProgressBar } from '../../components/JobProgressBar';
import { RunWait } from '../../components/RunWait';
import { statusAppearance } from '../../components/status';
import { formatDuration } from '../../lib/duration';
import { ActiveRow, RowTitle } from './ActiveRow';
import { type ActiveRowProps, useActiveRow } from './active-row';
import { CancelButton, CancelFacts, EndFacts } from './JobRunCard';
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
      <span>Runner</span>
      <span className={classes.time}>For</span>
      <span />
    </div>
  );
}

/** An active run as a row of 40 px. */
export const RunTableRow = memo(function RunTableRow(props: ActiveRowProps) {
  const { run, state, Menu, Advice, onCancel, onViewDetails } = props;
  const { status, attention, name } = useActiveRow(props);
  const isActive = state === 'active';
  const isStopping = status === 'CANCEL_REQUESTED';
  return (
    <ActiveRow of={props} className={classes.row} status={status}>
      <RowTitle of={props} attention={attention} />
      {run.status !== 'QUEUED' && <Progress run={run} name={name} isActive={isActive} />}
      <div className={classes.message}>{isActive ? <Message run={run} status={status} /> : <EndFacts run={run} />}</div>
      <div className={classes.channel}>
        <ChannelLink channel={run.channel} />
      </div>
      <div className={classes.runner}>{run.runnerName && <RunnerLink name={run.runnerName} />}</div>
      <div className={classes.time}>
        {isActive && <Since run={run} />} {isActive && Advice && <Advice run={run} />}
      </div>
      <div className={classes.actions}>
        <CancelButton
          jobName={run.jobName}
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
    </ActiveRow>
  );
});

function Progress({ run, name, isActive }: { run: JobRunSummary; name: string; isActive: boolean }) {
  return (
    <div className={classes.progress}>
      <JobProgressBar
        percent={run.progressPercent}
        label={`Progress of ${name}`}
        tone={isActive ? 'running' : statusAppearance[run.status].tone}
      />
      {run.progressPercent !== null && <span className={classes.percent}>{Math.floor(run.progressPercent)} %</span>}
    </div>
  );
}

function Message({ run, status }: { run: JobRunSummary; status: JobUIStatus }) {
  if (status === 'CANCEL_REQUESTED') return <CancelFacts run={run} />;
  if (run.status === 'QUEUED') {
    return (
      <>
        <RunWait run={run} isBrief />
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
