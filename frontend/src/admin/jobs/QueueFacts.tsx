import type { JobRunSummary } from '@job-manager/shared/contract/run';
import { useServerTime } from '../../api/server-clock';
import { ChannelLink } from '../../components/EntityLinks';
import { RelativeTime } from '../../components/RelativeTime';
import { formatMoment } from '../../lib/date-time';
import classes from './JobRunCard.module.css';
import { isPutOff } from './put-off';

/** What a queued run waits for. */
export function QueueFacts({ run }: { run: JobRunSummary }) {
  return (
    <>
      <span>
        Queued: <RelativeTime at={run.queuedAt} />
      </span>
      <Wait run={run} />
      {run.channel !== 'default' && (
        <span>
          Channel: <ChannelLink channel={run.channel} />
        </span>
      )}
      {run.priority !== 0 && <span className="tabular">Priority: {run.priority}</span>}
    </>
  );
}

/** What exactly it waits for, and until when. */
export function Wait({ run }: { run: JobRunSummary }) {
  const isLater = useServerTime((now) => isPutOff(run, now));
  if (!run.isBlocked && isLater) return run.claimNo === 0 ? <Start run={run} /> : <NextAttempt run={run} />;
  const isPaused = run.waitReason === 'channelPaused' || run.waitReason === 'jobPaused';
  return (
    <>
      {run.isBlocked ? <span>Waits for other runs</span> : !isPaused && <Due run={run} />}
      {run.waitReason !== 'inLine' && run.waitDetail !== null && <Reason run={run} />}
    </>
  );
}

function Reason({ run: { waitDetail, waitSince } }: { run: JobRunSummary }) {
  return (
    <span className={classes.message} title={waitDetail ?? undefined}>
      <span>{waitDetail}</span>
      {waitSince !== null && (
        <>
          {' ('}
          <RelativeTime at={waitSince} />)
        </>
      )}
    </span>
  );
}

function Due({ run }: { run: JobRunSummary }) {
  return (
    <>
      <span>Waiting to start…</span>
      {run.attempt > 0 && (
        <span>
          Attempt {run.attempt} of {run.maxAttempts} has ended
        </span>
      )}
    </>
  );
}

function Start({ run }: { run: JobRunSummary }) {
  const moment = useServerTime((now) => formatMoment(run.runAt, now));
  return (
    <span>
      Starts at {moment} (<RelativeTime at={run.runAt} />)
    </span>
  );
}

function NextAttempt({ run }: { run: JobRunSummary }) {
  return (
    <span className={classes.message} title={run.error ?? undefined}>
      Attempt {run.attempt + 1} of {run.maxAttempts} <RelativeTime at={run.runAt} />
      {run.error !== null && ` — last error: ${run.error}`}
    </span>
  );
}
