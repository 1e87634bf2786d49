import type { JobRunSummary } from '@job-manager/shared/contract/run';
import classes from './PreviewLists.module.css';

/** How many runs of each job an act would touch; nothing where all are of one. */
export function RunsByJob({ jobs }: { jobs: readonly { jobName: string; runs: number }[] }) {
  if (jobs.length < 2) return null;
  return (
    <ul className={classes.list} aria-label="Runs by job">
      {jobs.map(({ jobName, runs }) => (
        <li key={jobName}>
          {jobName}: {runs.toLocaleString('en')}
        </li>
      ))}
    </ul>
  );
}

/** The first of so many runs, by name. */
export function FirstRuns({ runs, count }: { runs: readonly JobRunSummary[]; count: number }) {
  return (
    <ul className={classes.list} aria-label="The first of them">
      {runs.map(({ id, jobName }) => (
        <li key={id}>
          {jobName} #{id}
        </li>
      ))}
      {count > runs.length && <li>and {(count - runs.length).toLocaleString('en')} more</li>}
    </ul>
  );
}
