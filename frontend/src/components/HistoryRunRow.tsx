import type { JobRunSummary } from '@job-manager/shared/contract/run';
import { Button } from '@mantine/core';
import { memo } from 'react';
import { formatDuration } from '../lib/duration';
import classes from './HistoryRunRow.module.css';
import { StatusMark } from './JobStatusBadge';
import { MessageCounts } from './MessageCounts';
import { RelativeTime } from './RelativeTime';
import { RunPageLink } from './RunPageLink';
import { statusLook, triggerLabel } from './status';

interface Props {
  run: JobRunSummary;
  onViewDetails: (jobRunId: string) => void;
}

/** One run that has ended, in a line: what, how it went, how long it took, when. */
export const HistoryRunRow = memo(function HistoryRunRow({ run, onViewDetails }: Props) {
  return (
    <li className={classes.row} data-run={run.id}>
      <StatusMark status={run.status} />
      <div className={classes.what}>
        <RunPageLink jobRunId={run.id} className={classes.name}>
          {run.jobName}
        </RunPageLink>
        <span className={classes.id}>#{run.id}</span>
        {run.attempt > 1 && <span className={classes.attempts}>{run.attempt} attempts</span>}
        <MessageCounts run={run} />
        {run.status === 'FAILED' && run.error && (
          <span className={classes.error} title={run.error}>
            Error: {run.error}
          </span>
        )}
      </div>
      <div className={classes.facts}>
        <span className={classes.status} data-tone={statusLook[run.status].tone}>
          {statusLook[run.status].label}
        </span>
        <span className={classes.trigger}>{triggerLabel[run.trigger]}</span>
        <span className={classes.duration}>{durationOf(run)}</span>
        <span className={classes.finished}>
          {run.finishedAt && (
            <>
              Finished: <RelativeTime at={run.finishedAt} />
            </>
          )}
        </span>
      </div>
      <Button
        variant="default"
        size="sm"
        className={classes.details}
        aria-label={`Details of ${run.jobName} #${run.id}`}
        onClick={() => onViewDetails(run.id)}
      >
        Details
      </Button>
    </li>
  );
});

function durationOf(run: JobRunSummary): string {
  if (run.durationMs === null) return run.startedAt === null && run.finishedAt !== null ? 'never started' : '';
  const length = formatDuration(run.durationMs);
  return run.status === 'FAILED'
    ? `Failed after ${length}`
    : run.status === 'CANCELLED'
      ? `Stopped after ${length}`
      : length;
}
