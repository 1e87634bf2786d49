import type { JobRunSummary } from '@job-manager/shared/contract/run';
import { useServerTime } from '../api/server-clock';
import { formatMoment } from '../lib/date-time';
import { isScheduled } from './is-scheduled';
import { RelativeTime } from './RelativeTime';

/** What exactly it waits for, and until when; `isBrief` for a reason without text around it. */
export function RunWait({ run, isBrief = false }: { run: JobRunSummary; isBrief?: boolean }) {
  const isLater = useServerTime((now) => isScheduled(run, now));
  if (!run.isBlocked && isLater) return run.claimNo === 0 ? <Start run={run} /> : <NextAttempt run={run} />;
  const hasReason = run.waitReason !== 'inLine' && run.waitDetail !== null;
  const isPaused = run.waitReason === 'channelPaused' || run.waitReason === 'jobPaused';
  return (
    <>
      {run.isBlocked
        ? !hasReason && <span>Waits for other runs</span>
        : !isPaused && !(isBrief && hasReason) && <Due run={run} />}
      {hasReason && <Reason run={run} />}
    </>
  );
}

function Reason({ run: { waitDetail, waitSince } }: { run: JobRunSummary }) {
  return (
    <span data-reason title={waitDetail ?? undefined}>
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
    <span data-reason title={run.error ?? undefined}>
      Attempt {run.attempt + 1} of {run.maxAttempts} <RelativeTime at={run.runAt} />
      {run.error !== null && ` — last error: ${run.error}`}
    </span>
  );
}
