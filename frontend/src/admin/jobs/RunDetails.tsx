import type { JobRun } from '@job-manager/shared/contract/run';
import { type JobUIStatus, uiStatus } from '@job-manager/shared/run';
import type { ReactNode } from 'react';
import { Link } from 'react-router-dom';
import { JobProgressBar } from '../../components/JobProgressBar';
import { JobStatusBadge } from '../../components/JobStatusBadge';
import { triggerLabel } from '../../components/status';
import { paths } from '../../paths';
import { JsonBlock } from './JsonBlock';
import classes from './RunDetails.module.css';
import { RunTimeline } from './RunTimeline';

interface Props {
  run: JobRun;
  isCancelling: boolean;
}

/** Everything known about one run. */
export function RunDetails({ run, isCancelling }: Props) {
  const status = isCancelling ? 'CANCEL_REQUESTED' : uiStatus(run);
  return (
    <div className={classes.details}>
      <RunFacts run={run} status={status} />
      {run.status === 'RUNNING' && <RunProgress run={run} />}
      {run.error && <RunError error={run.error} stack={run.errorStack} />}
      <section aria-label="Timeline">
        <h3 className={classes.heading}>Timeline</h3>
        <RunTimeline run={run} />
      </section>
      <JsonBlock
        title="Parameters"
        value={run.parameters}
        fileName={`${run.jobName}-${run.id}-parameters.json`}
        empty="The run was started without parameters."
      />
      <JsonBlock
        // Arrives when the run ends; whether it starts open is decided by its size then.
        key={run.metadata === null ? 'none' : 'some'}
        title="Metadata"
        value={run.metadata}
        fileName={`${run.jobName}-${run.id}-metadata.json`}
        empty="The run has reported nothing about itself."
        note={run.metadataTruncated ? 'The run reported more than fits; the rest was cut off.' : undefined}
      />
    </div>
  );
}

function RunFacts({ run, status }: { run: JobRun; status: JobUIStatus }) {
  return (
    <dl className={classes.facts}>
      <Fact name="Status">
        <JobStatusBadge status={status} />
      </Fact>
      <Fact name="Trigger">{triggerLabel[run.trigger]}</Fact>
      <Fact name="Triggered By">{run.triggeredBy?.email ?? 'the system'}</Fact>
      <Fact name="Algorithm">{run.algorithmVersion ?? 'not stated'}</Fact>
      <Fact name="Attempt">
        {Math.max(run.attempt, 1)} of {run.maxAttempts}
      </Fact>
      <Fact name="Runner">{run.runnerId ?? 'none yet'}</Fact>
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

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className={classes.fact}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function RunProgress({ run }: { run: JobRun }) {
  return (
    <div className={classes.progress}>
      <div className={classes.progressText}>
        <span>{run.progressMessage ?? 'In progress'}</span>
        {run.progressPercent !== null && <span className="tabular">{Math.floor(run.progressPercent)}%</span>}
      </div>
      <JobProgressBar percent={run.progressPercent} label={`Progress of ${run.jobName} #${run.id}`} />
    </div>
  );
}

function RunError({ error, stack }: { error: string; stack: string | null }) {
  return (
    <section className={classes.error} aria-label="Error">
      <h3 className={classes.errorTitle}>Error</h3>
      <p className={classes.errorText}>{error}</p>
      {stack && (
        <details>
          <summary className={classes.summary}>Stack trace</summary>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable to be scrolled by keyboard */}
          <pre className={classes.stack} tabIndex={0}>
            {stack}
          </pre>
        </details>
      )}
    </section>
  );
}
