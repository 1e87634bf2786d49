import type { JobSchedule, SkipReason } from '@job-manager/shared/contract/schedules';
import { Link } from 'react-router-dom';
import { statusAppearance } from '../../components/status';
import { formatDateTime } from '../../lib/date-time';
import { formatDuration } from '../../lib/duration';
import { paths } from '../../paths';
import classes from './schedules.module.css';

type Outcome = JobSchedule['outcomes'][number];
type Skip = JobSchedule['skips'][number];

const SHOWN = 20;

export const skipReasonLabels = {
  missed: 'No server was running',
  overlap: 'The run before had not ended',
  paused: 'It was paused',
  'job-gone': 'No process had the code of the job',
} as const satisfies Record<SkipReason, string>;

/** What became of the latest due times of a schedule, oldest first: runs as high as they took long, and skipped ones. */
export function Outcomes({ schedule: { id, outcomes, skips } }: { schedule: JobSchedule }) {
  if (outcomes.length === 0 && skips.length === 0) return <span className="dimmed">No run yet</span>;
  const longest = Math.max(1, ...outcomes.map(({ durationMs }) => durationMs ?? 0));
  // Older skips stand before the runs that are known, where what lies between is not.
  const since = outcomes.length < SHOWN ? '' : (outcomes.at(-1)?.dueAt ?? '');
  const marks = [
    ...outcomes.map((run) => ({ at: run.dueAt, mark: <Run key={run.jobRunId} run={run} longest={longest} /> })),
    ...skips
      .filter(({ lastDueAt }) => lastDueAt >= since)
      .map((skip) => ({ at: skip.lastDueAt, mark: <Skipped key={skip.at + skip.firstDueAt} id={id} skip={skip} /> })),
  ].sort((a, b) => (a.at < b.at ? -1 : 1));
  return <span className={classes.outcomes}>{marks.slice(-SHOWN).map(({ mark }) => mark)}</span>;
}

function Run({ run: { jobRunId, status, dueAt, durationMs }, longest }: { run: Outcome; longest: number }) {
  const took = durationMs === null ? '' : `, took ${formatDuration(durationMs)}`;
  const label = `#${jobRunId} ${statusAppearance[status].label}, due ${formatDateTime(dueAt)}${took}`;
  const height = 6 + Math.round((14 * (durationMs ?? 0)) / longest);
  return (
    <Link to={paths.run(jobRunId)} className={classes.mark} aria-label={label} title={label} tabIndex={-1}>
      <span data-status={status} style={{ height }} />
    </Link>
  );
}

function Skipped({ id, skip: { firstDueAt, lastDueAt, dueTimes, reason } }: { id: string; skip: Skip }) {
  const when =
    dueTimes === 1 ? formatDateTime(lastDueAt) : `${formatDateTime(firstDueAt)} to ${formatDateTime(lastDueAt)}`;
  const label = `Skipped ${dueTimes === 1 ? 'a due time' : `${dueTimes} due times`}, ${when}: ${skipReasonLabels[reason]}`;
  return (
    <Link to={paths.schedule(id)} className={classes.mark} aria-label={label} title={label} tabIndex={-1}>
      <span data-status="SKIPPED" />
    </Link>
  );
}
