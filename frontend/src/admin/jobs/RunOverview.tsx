import type { JobRun } from '@job-manager/shared/contract/run';
import type { JobUIStatus } from '@job-manager/shared/run';
import { JobProgressBar } from '../../components/JobProgressBar';
import { SectionBoundary } from '../../ui/SectionBoundary';
import { JsonBlock } from './JsonBlock';
import { RunConnections } from './RunConnections';
import classes from './RunDetails.module.css';
import { RunError } from './RunError';
import { RunFacts } from './RunFacts';
import { RunParameters } from './RunParameters';
import { RunSteps } from './RunSteps';
import { RunTimeline } from './RunTimeline';
import { RunWaiting } from './RunWaiting';

interface Props {
  run: JobRun;
  status: JobUIStatus;
}

/** What a run is, how far it is, and what came of it. */
export function RunOverview({ run, status }: Props) {
  return (
    <div className={classes.details}>
      {run.status === 'QUEUED' && run.waiting && <RunWaiting waiting={run.waiting} />}
      <RunFacts run={run} status={status} />
      {run.status === 'RUNNING' && <RunProgress run={run} />}
      {run.error && (
        <RunError
          error={run.error}
          stack={run.errorStack}
          // A run that waits for its next attempt still says why the last one failed.
          of={run.status === 'QUEUED' ? `attempt ${run.attempt}` : undefined}
        />
      )}
      <SectionBoundary name="Connected runs">
        <RunConnections run={run} />
      </SectionBoundary>
      <SectionBoundary name="Steps">
        {run.steps && run.steps.length > 0 && <RunSteps steps={run.steps} startedAt={run.startedAt} />}
      </SectionBoundary>
      <SectionBoundary name="Timeline">
        <section aria-label="Timeline">
          <h3 className={classes.heading}>Timeline</h3>
          <RunTimeline run={run} />
        </section>
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
