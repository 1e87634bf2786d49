import type { JobRun } from '@job-manager/shared/contract/run';
import type { JobUIStatus } from '@job-manager/shared/run';
import { JobProgressBar } from '../../components/JobProgressBar';
import { SectionBoundary } from '../../ui/SectionBoundary';
import { AlikeFailures } from './AlikeFailures';
import { JsonBlock } from './JsonBlock';
import { RunConnections } from './RunConnections';
import classes from './RunDetails.module.css';
import { RunError } from './RunError';
import { RunFacts } from './RunFacts';
import { RunNouns } from './RunNouns';
import { RunParameters } from './RunParameters';
import { RunSteps } from './RunSteps';
import { RunTime } from './RunTime';
import { RunVerdict } from './RunVerdict';
import { RunWaiting } from './RunWaiting';

interface Props {
  run: JobRun;
  status: JobUIStatus;
}

/** What became of a run and why, then where its time went and what it was given. */
export function RunOverview({ run, status }: Props) {
  return (
    <div className={classes.details}>
      <RunVerdict run={run} status={status} />
      {run.error && (
        <RunError
          error={run.error}
          stack={run.errorStack}
          // A run that waits for its next attempt still shows why the last one failed.
          of={run.status === 'QUEUED' ? `attempt ${run.attempt}` : undefined}
          note={run.noRetry?.message}
        >
          {run.status === 'FAILED' && <AlikeFailures run={run} />}
        </RunError>
      )}
      {run.status === 'QUEUED' && run.waiting && <RunWaiting run={run} waiting={run.waiting} />}
      {run.status === 'RUNNING' && <RunProgress run={run} />}
      <RunNouns run={run} />
      <SectionBoundary name="Steps">
        {run.steps && run.steps.length > 0 && <RunSteps steps={run.steps} startedAt={run.startedAt} />}
      </SectionBoundary>
      <SectionBoundary name="Timeline">
        <RunTime run={run} />
      </SectionBoundary>
      <SectionBoundary name="Connected runs">
        <RunConnections run={run} />
      </SectionBoundary>
      <SectionBoundary name="Parameters">
        <RunParameters run={run} />
      </SectionBoundary>
      <SectionBoundary name="Metadata">
        <JsonBlock
          // Arrives when the run ends; whether it starts open is decided by its size then.
          key={run.metadata === null ? 'none' : 'some'}
          title="Metadata"
          value={run.metadata}
          fileName={`${run.jobName}-${run.id}-metadata.json`}
          empty="The run has reported nothing about itself."
          note={run.metadataTruncated ? 'The run reported more than fits; the rest was cut off.' : undefined}
        />
      </SectionBoundary>
      <SectionBoundary name="Further facts">
        <RunFacts run={run} />
      </SectionBoundary>
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
