import type { JobRunSummary } from '@job-manager/shared/contract/run';
import { useServerTime } from '../../api/server-clock';
import { RelativeTime } from '../../components/RelativeTime';
import { formatMoment } from '../../lib/date-time';
import classes from './JobRunCard.module.css';
import { isPutOff } from './put-off';

/** What a queued run waits for, as far as its own row tells. */
export function QueueFacts({ run }: { run: JobRunSummary }) {
  return (
    <>
      <span>
        Queued: <RelativeTime at={run.queuedAt} />
      </span>
      <Wait run={run} />
      {run.channel !== 'default' && <span>Channel: {run.channel}</span>}
      {run.priority !== 0 && <span className="tabular">Priority: {run.priority}</span>}
    </>
  );
}

function Wait({ run }: { run: JobRunSummary }) {
  const isLater = useServerTime((now) => isPutOff(run, now));
  if (run.isBlocked) return <span>Waits for other runs</span>;
  if (run.waitDetail !== null) return <span className={classes.message}>{run.waitDetail}</span>;
  if (!isLater) return <Due run={run} />;
  return run.claimNo === 0 ? <Start run={run} /> : <NextAttempt run={run} />;
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
    <span className="tabular">
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
