import type { JobRun, RelatedRun } from '@job-manager/shared/contract/run';
import { isTerminal } from '@job-manager/shared/run';
import { BatchLink } from '../../components/EntityLinks';
import { JobProgressBar } from '../../components/JobProgressBar';
import { JobStatusBadge } from '../../components/JobStatusBadge';
import { RunPageLink } from '../../components/RunPageLink';
import { isUnfinished } from './connections';
import classes from './RunConnections.module.css';
import details from './RunDetails.module.css';
import runList from './RunList.module.css';

/** The runs that a run waits for, those that wait for it, and the batch it belongs to; nothing for a run alone. */
export function RunConnections({ run }: { run: JobRun }) {
  const isWaiting = run.status === 'QUEUED' && run.isBlocked;
  return (
    <>
      {run.dependsOn.length > 0 && (
        <RunList
          title={isWaiting ? 'Waits for' : 'Waited for'}
          note={run.waitsFor === 'succeeded' ? 'to succeed' : 'to end, with any outcome'}
          runs={run.dependsOn}
        />
      )}
      {run.dependents.length > 0 && (
        <RunList title="Runs that wait for it" note={CUT_NOTES[run.dependents.length]} runs={run.dependents} />
      )}
      {run.batch && <Batch batch={run.batch} isCallback={run.batchId === null} isOver={isTerminal(run.status)} />}
    </>
  );
}

/** The server returns no more than so many. */
const CUT_NOTES: Record<number, string> = { 100: 'the first 100' };
const SHOWN = 6;

interface RunListProps {
  title: string;
  note?: string;
  runs: readonly RelatedRun[];
}

function RunList({ title, note, runs }: RunListProps) {
  const ordered = [...runs].sort((a, b) => Number(isUnfinished(b)) - Number(isUnfinished(a)));
  const folded = ordered.slice(SHOWN);
  return (
    <section aria-label={title}>
      <h3 className={details.heading}>
        {title} {note && <span className={classes.note}>{note}</span>}
      </h3>
      <Rows runs={ordered.slice(0, SHOWN)} />
      {folded.length > 0 && (
        <details className={runList.fold}>
          <summary>{folded.length} more</summary>
          <Rows runs={folded} />
        </details>
      )}
    </section>
  );
}

function Rows({ runs }: { runs: readonly RelatedRun[] }) {
  return (
    <ul className={runList.runs}>
      {runs.map((run) => (
        <li key={run.jobRunId} className={runList.run}>
          <Row {...run} />
        </li>
      ))}
    </ul>
  );
}

function Row({ jobRunId, jobName, status }: RelatedRun) {
  if (status === null) {
    return <span className="dimmed">#{jobRunId}, removed since</span>;
  }
  return (
    <>
      <RunPageLink jobRunId={jobRunId} className={runList.link}>
        {jobName} <span className="tabular">#{jobRunId}</span>
      </RunPageLink>
      <JobStatusBadge status={status} />
    </>
  );
}

interface BatchProps {
  batch: NonNullable<JobRun['batch']>;
  /** Begins when the batch has ended, rather than being part of it. */
  isCallback: boolean;
  isOver: boolean;
}

function Batch({ batch, isCallback, isOver }: BatchProps) {
  const { id, name, ended, total } = batch;
  return (
    <section aria-label="Batch">
      <h3 className={details.heading}>
        Batch{' '}
        {isCallback && (
          <span className={classes.note}>{isOver ? 'called this run' : 'calls this run when it has ended'}</span>
        )}
      </h3>
      <div className={details.progress}>
        <div className={details.progressText}>
          <span className={classes.name}>
            <BatchLink id={id} name={name} /> <span className="dimmed tabular">#{id}</span>
          </span>
          <span className="tabular">
            {ended.toLocaleString('en')} of {total.toLocaleString('en')} runs have ended
          </span>
        </div>
        <JobProgressBar percent={total === 0 ? 100 : (100 * ended) / total} label={`Progress of batch ${name}`} />
      </div>
    </section>
  );
}
