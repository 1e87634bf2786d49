import type { JobSchedule } from '@job-manager/shared/contract/schedules';
import { Link } from 'react-router-dom';
import { statusLook } from '../../components/status';
import { formatDateTime } from '../../lib/date-time';
import { formatDuration } from '../../lib/duration';
import { paths } from '../../paths';
import classes from './schedules.module.css';

type Outcome = JobSchedule['outcomes'][number];

/** The latest runs of a schedule, oldest first, each a mark as high as it took long, leading to the run. */
export function Outcomes({ outcomes }: { outcomes: readonly Outcome[] }) {
  if (outcomes.length === 0) return <span className="dimmed">No run yet</span>;
  const longest = Math.max(1, ...outcomes.map(({ durationMs }) => durationMs ?? 0));
  return (
    <span className={classes.outcomes}>
      {[...outcomes].reverse().map((run) => (
        <Mark key={run.jobRunId} run={run} longest={longest} />
      ))}
    </span>
  );
}

function Mark({ run: { jobRunId, status, dueAt, durationMs }, longest }: { run: Outcome; longest: number }) {
  const took = durationMs === null ? '' : `, took ${formatDuration(durationMs)}`;
  const label = `#${jobRunId} ${statusLook[status].label}, due ${formatDateTime(dueAt)}${took}`;
  const height = 6 + Math.round((14 * (durationMs ?? 0)) / longest);
  return (
    <Link to={paths.run(jobRunId)} className={classes.mark} aria-label={label} title={label} tabIndex={-1}>
      <span data-status={status} style={{ height }} />
    </Link>
  );
}
