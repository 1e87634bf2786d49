import type { JobRunSummary } from '@job-manager/shared/contract/run';
import { Fragment } from 'react';
import classes from './ActiveJobsMonitor.module.css';

interface Props {
  runs: readonly JobRunSummary[];
  onViewDetails: (jobRunId: string) => void;
  /** Shown for each run, in brackets. */
  note?: (run: JobRunSummary) => string;
}

const NAMED = 3;

/** "match-scores #12, trending #13 and 4 more", each leading to its details. */
export function NamedRuns({ runs, onViewDetails, note }: Props) {
  return (
    <>
      {runs.slice(0, NAMED).map((run, index) => (
        <Fragment key={run.id}>
          {index > 0 && ', '}
          <button type="button" className={classes.named} onClick={() => onViewDetails(run.id)}>
            {run.jobName} #{run.id}
          </button>
          {note && ` (${note(run)})`}
        </Fragment>
      ))}
      {runs.length > NAMED && ` and ${runs.length - NAMED} more`}
    </>
  );
}
