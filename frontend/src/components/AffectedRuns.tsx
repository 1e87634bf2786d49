import { useId } from 'react';
import type { AffectedRun } from '../api/recovery-queries';
import classes from './AffectedRuns.module.css';
import { StatusMark } from './JobStatusBadge';
import { RunPageLink } from './RunPageLink';
import { expectedOutcomes, outcomeLabels } from './recovered-runs';

interface Props {
  /** How many there are, as text. */
  title: string;
  runs: readonly AffectedRun[];
  /** It has happened. */
  isDone?: boolean;
}

/** Runs that something is or was done to: which, what becomes of each, and why. */
export function AffectedRuns({ title, runs, isDone = false }: Props) {
  const labels = isDone ? outcomeLabels : expectedOutcomes;
  const titleId = useId();
  return (
    <section className={classes.runs} aria-labelledby={titleId}>
      <h3 id={titleId} className={classes.title}>
        {title}
      </h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable to be scrolled by keyboard */}
      <ul className={classes.list} tabIndex={0} aria-labelledby={titleId}>
        {runs.map(({ run, becomes, reason }) => (
          <li key={run.id} className={classes.row}>
            <StatusMark status={becomes} />
            <div className={classes.words}>
              <RunPageLink jobRunId={run.id} className={classes.name}>
                {run.jobName} <span className={classes.id}>#{run.id}</span>
              </RunPageLink>
              <span className={classes.reason}>{reason}</span>
            </div>
            <span className={classes.becomes}>{labels[becomes]}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
