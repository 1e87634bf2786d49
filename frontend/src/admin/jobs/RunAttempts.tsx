import type { JobRunAttempt } from '@job-manager/shared/contract/message';
import type { JobRun } from '@job-manager/shared/contract/run';
import { IconChevronRight } from '@tabler/icons-react';
import { useServerTime } from '../../api/server-clock';
import { RunnerLink } from '../../components/EntityLinks';
import { isScheduled } from '../../components/is-scheduled';
import { DateTime, Elapsed } from '../../components/RelativeTime';
import { formatDuration } from '../../lib/duration';
import { AttemptUsage } from './AttemptUsage';
import { type OutcomeAppearance, outcomeAppearance } from './attempt-outcomes';
import classes from './RunAttempts.module.css';
import { RunError } from './RunError';

/** Each execution of a run by itself, oldest first, with how it ended and why; and before them when the next one comes. */
export function RunAttempts({ run }: { run: JobRun }) {
  const { attempts } = run;
  const opened = attempts.findLast(({ error }) => error !== null) ?? attempts.at(-1);
  return (
    <>
      {run.status === 'QUEUED' && <NextAttempt run={run} />}
      {attempts.length > 0 ? (
        <ol className={classes.attempts} aria-label="Attempts">
          {attempts.map((attempt) => (
            <Attempt
              key={attempt.claimNo}
              attempt={attempt}
              isExternal={run.inactivityTimeoutMs !== null}
              isOpen={attempt === opened}
            />
          ))}
        </ol>
      ) : (
        <p className={classes.none}>The run has not started yet.</p>
      )}
    </>
  );
}

function NextAttempt({ run }: { run: JobRun }) {
  const isLater = useServerTime((now) => isScheduled(run, now));
  const name = run.attempt === 0 ? 'The run' : `Attempt ${run.attempt + 1} of ${run.maxAttempts}`;
  return (
    <p className={classes.next}>
      {run.isBlocked ? (
        `${name} begins when the runs that it waits for have ended.`
      ) : isLater ? (
        <>
          {name} begins at <DateTime at={run.runAt} />, or when a runner has room after that.
        </>
      ) : (
        `${name} begins as soon as a runner takes it.`
      )}
    </p>
  );
}

interface AttemptProps {
  attempt: JobRunAttempt;
  /** Executed by an external program, which is no runner. */
  isExternal: boolean;
}

function Attempt({ attempt, isExternal, isOpen }: AttemptProps & { isOpen: boolean }) {
  const appearance: OutcomeAppearance = outcomeAppearance[attempt.outcome];
  const name = `Attempt ${attempt.attempt}`;
  return (
    <li>
      <details className={classes.attempt} open={isOpen}>
        <summary className={classes.summary}>
          <IconChevronRight size={16} className={classes.chevron} aria-hidden />
          <span className={classes.name}>{name}</span>
          <span className={classes.outcome} data-tone={appearance.tone}>
            <appearance.icon size={14} aria-hidden />
            {appearance.label}
          </span>
          <AttemptLength attempt={attempt} />
          {attempt.error && <span className={classes.brief}>{attempt.error}</span>}
        </summary>
        <div className={classes.body}>
          {appearance.hint && <p className={classes.hint}>{appearance.hint}</p>}
          <AttemptFacts attempt={attempt} isExternal={isExternal} />
          {attempt.error && <RunError error={attempt.error} stack={attempt.errorStack} of={name} />}
        </div>
      </details>
    </li>
  );
}

function AttemptLength({ attempt }: { attempt: JobRunAttempt }) {
  if (attempt.durationMs === null && attempt.outcome !== 'RUNNING') return null;
  return (
    <span className={classes.length}>
      {attempt.durationMs === null ? <Elapsed since={attempt.startedAt} /> : formatDuration(attempt.durationMs)}
    </span>
  );
}

function AttemptFacts({ attempt, isExternal }: AttemptProps) {
  return (
    <dl className={classes.facts}>
      <div>
        <dt>Started</dt>
        <dd>
          <DateTime at={attempt.startedAt} />
        </dd>
      </div>
      {attempt.endedAt && (
        <div>
          <dt>Ended</dt>
          <dd>
            <DateTime at={attempt.endedAt} />
          </dd>
        </div>
      )}
      <div>
        <dt>Runner</dt>
        <dd>
          <AttemptRunner attempt={attempt} isExternal={isExternal} />
        </dd>
      </div>
      <div>
        <dt>Claim</dt>
        <dd>{attempt.claimNo}</dd>
      </div>
      {attempt.usage && <AttemptUsage usage={attempt.usage} />}
    </dl>
  );
}

function AttemptRunner({ attempt, isExternal }: AttemptProps) {
  if (isExternal) return <>External program</>;
  if (attempt.runnerName !== null) return <RunnerLink name={attempt.runnerName} />;
  return <>{attempt.runnerId === null ? 'none' : 'one that was removed since'}</>;
}
