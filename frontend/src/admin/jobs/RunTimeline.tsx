import type { JobRun } from '@job-manager/shared/contract/run';
import type { ReactNode } from 'react';
import { useServerTime } from '../../api/server-clock';
import { DateTime, Elapsed } from '../../components/RelativeTime';
import { formatDuration } from '../../lib/duration';
import classes from './RunDetails.module.css';

/** When it was queued, started, asked to stop and finished, with the time between. */
export function RunTimeline({ run }: { run: JobRun }) {
  const isLater = useServerTime((now) => run.status === 'QUEUED' && Date.parse(run.runAt) > now);
  return (
    <ol className={classes.timeline}>
      <Moment name="Queued" at={run.queuedAt} />
      {isLater && <Moment name={run.claimNo === 0 ? 'Starts' : 'Next attempt'} at={run.runAt} />}
      {run.startedAt && (
        <Moment name="Started" at={run.startedAt}>
          {run.queueDelayMs !== null && `delay: ${formatDuration(run.queueDelayMs)}`}
        </Moment>
      )}
      {run.cancelRequestedAt && (
        <Moment name="Cancel requested" at={run.cancelRequestedAt}>
          {run.cancelRequestedBy && `by ${run.cancelRequestedBy.email}`}
        </Moment>
      )}
      {run.status === 'RUNNING' && run.lastHeartbeatAt && <Moment name="Heartbeat" at={run.lastHeartbeatAt} />}
      {run.finishedAt ? (
        <Moment name="Finished" at={run.finishedAt}>
          {run.durationMs !== null && `duration: ${formatDuration(run.durationMs)}`}
        </Moment>
      ) : (
        run.startedAt && (
          <li className={classes.moment}>
            <span className={classes.momentName}>Running for</span>
            <Elapsed since={run.startedAt} />
          </li>
        )
      )}
    </ol>
  );
}

function Moment({ name, at, children }: { name: string; at: string; children?: ReactNode }) {
  return (
    <li className={classes.moment}>
      <span className={classes.momentName}>{name}</span>
      <DateTime at={at} />
      {children && <span className={classes.momentNote}>{children}</span>}
    </li>
  );
}
