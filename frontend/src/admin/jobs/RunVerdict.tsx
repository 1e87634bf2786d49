import type { JobRun } from '@job-manager/shared/contract/run';
import type { JobUIStatus } from '@job-manager/shared/run';
import { type ReactNode, useMemo } from 'react';
import { useServerTime } from '../../api/server-clock';
import { RunnerLink, ScheduleLink } from '../../components/EntityLinks';
import { JobStatusBadge } from '../../components/JobStatusBadge';
import { RelativeTime } from '../../components/RelativeTime';
import { RunPageLink } from '../../components/RunPageLink';
import { RunStarter } from './RunStarter';
import classes from './RunVerdict.module.css';
import { describeAttempt, describeVerdict } from './run-verdict';

/** What became of a run, in one line: how it ended, when, after how much waiting, where, and who started it. */
export function RunVerdict({ run, status }: { run: JobRun; status: JobUIStatus }) {
  const verdict = useServerTime((now) => describeVerdict(run, now));
  const attempt = useMemo(() => describeAttempt(run), [run]);
  return (
    <p className={classes.verdict}>
      <JobStatusBadge status={status} /> <span className={classes.outcome}>{verdict}</span>
      {attempt && <Part>{attempt}</Part>}
      <RunnerPart run={run} />
      <Part>
        {run.schedule ? (
          <>
            schedule <ScheduleLink {...run.schedule} />
          </>
        ) : (
          <RunStarter run={run} />
        )}
      </Part>
      {run.rerunOfId && (
        <Part>
          re-run of{' '}
          <RunPageLink jobRunId={run.rerunOfId} className={classes.link}>
            #{run.rerunOfId}
          </RunPageLink>
        </Part>
      )}
      {run.finishedAt && (
        <Part>
          <RelativeTime at={run.finishedAt} />
        </Part>
      )}
    </p>
  );
}

function RunnerPart({ run }: { run: JobRun }) {
  if (run.inactivityTimeoutMs !== null) return <Part>External program</Part>;
  if (run.runnerName === null || run.status === 'QUEUED') return null;
  return (
    <Part>
      <RunnerLink name={run.runnerName} />
    </Part>
  );
}

const Part = ({ children }: { children: ReactNode }) => (
  <>
    {' '}
    <span className={classes.separator}>·</span> <span className={classes.part}>{children}</span>
  </>
);
