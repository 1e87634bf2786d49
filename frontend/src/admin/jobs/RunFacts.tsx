import type { JobRun } from '@job-manager/shared/contract/run';
import type { JobUIStatus } from '@job-manager/shared/run';
import type { ReactNode } from 'react';
import { Link } from 'react-router-dom';
import { JobStatusBadge } from '../../components/JobStatusBadge';
import { triggerLabel } from '../../components/status';
import { formatDuration } from '../../lib/duration';
import { paths } from '../../paths';
import classes from './RunDetails.module.css';

/** What a run is, in short: who started it, what executes it, and within which limits. */
export function RunFacts({ run, status }: { run: JobRun; status: JobUIStatus }) {
  return (
    <dl className={classes.facts}>
      <Fact name="Status">
        <JobStatusBadge status={status} />
      </Fact>
      <Fact name="Trigger">{triggerLabel[run.trigger]}</Fact>
      <Fact name="Triggered By">{startedBy(run)}</Fact>
      <Fact name="Algorithm">{run.algorithmVersion ?? 'not stated'}</Fact>
      <Fact name="Attempt">
        {Math.max(run.attempt, 1)} of {run.maxAttempts}
      </Fact>
      <Fact name="Timeout">{run.timeoutMs === null ? 'none' : formatDuration(run.timeoutMs)}</Fact>
      {run.inactivityTimeoutMs === null ? (
        <Fact name="Runner">{run.runnerId ?? 'none yet'}</Fact>
      ) : (
        <Fact name="Runner">
          External program
          <span className={classes.factNote}>failed after {formatDuration(run.inactivityTimeoutMs)} of silence</span>
        </Fact>
      )}
      <Fact name="Channel">
        {run.channel}, priority {run.priority}
      </Fact>
      {run.scope && <Fact name="Scope">{run.scope}</Fact>}
      {run.rerunOfId && (
        <Fact name="Re-run of">
          <Link to={paths.run(run.rerunOfId)} className={classes.link}>
            #{run.rerunOfId}
          </Link>
        </Fact>
      )}
    </dl>
  );
}

function startedBy(run: JobRun): string {
  if (run.triggeredByToken !== null) return `API token ${run.triggeredByToken}`;
  return run.triggeredBy?.email ?? 'the system';
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className={classes.fact}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
