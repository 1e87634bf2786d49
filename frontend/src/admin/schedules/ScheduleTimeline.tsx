import type { JobSchedule, ScheduledRun } from '@job-manager/shared/contract/schedules';
import { useServerTime } from '../../api/server-clock';
import { statusAppearance } from '../../components/status';
import { countOf } from '../../lib/count-of';
import { formatDateTime, formatDay } from '../../lib/date-time';
import classes from './ScheduleTimeline.module.css';
import { type TimelineMark, timelineOf } from './timeline';

interface Props {
  runs: readonly ScheduledRun[];
  /** Runs of before are not among them. */
  isCut: boolean;
  skips: JobSchedule['skips'];
  next: readonly string[];
}

const MINUTE_MS = 60_000;

/** The past six days and the next one on a line: due times, runs as bars, skipped ones hollow. */
export function ScheduleTimeline({ runs, isCut, skips, next }: Props) {
  const now = useServerTime((time) => Math.floor(time / MINUTE_MS) * MINUTE_MS);
  const timeline = timelineOf({ runs, skips, next }, now);
  const { counts } = timeline;
  const label = [
    `In the last 6 days ${countOf(counts.runs, 'run')}, ${counts.failed} of them failed`,
    `${countOf(counts.skipped, 'due time')} without a run`,
    // As many as were read: a schedule that comes due often has more.
    counts.next === 0 ? 'nothing due in the next day' : `the next ${countOf(counts.next, 'due time')}`,
  ].join('; ');
  return (
    <>
      <div className={classes.timeline} role="img" aria-label={label}>
        <span className={classes.line} />
        {timeline.days.map(({ left, at }) => (
          <span key={at} className={classes.day} style={{ left: `${left}%` }}>
            {formatDay(at).slice(5)}
          </span>
        ))}
        {timeline.marks.map((mark) => (
          <span
            key={`${mark.kind} ${mark.at}`}
            className={classes.mark}
            data-kind={mark.kind}
            data-status={mark.status}
            title={describeMark(mark)}
            style={{ left: `${mark.left}%`, width: `max(4px, ${mark.width}%)` }}
          />
        ))}
        <span className={classes.now} style={{ left: `${timeline.now}%` }} />
      </div>
      <p className="dimmed">
        {label}.{isCut && ` Only the last ${runs.length} runs are drawn.`}
      </p>
    </>
  );
}

const describeMark = ({ kind, at, status }: TimelineMark): string => {
  const when = formatDateTime(at);
  if (kind === 'next') return `Due ${when}`;
  return kind === 'skip' ? `No run, due ${when}` : `${status ? statusAppearance[status].label : 'Run'}, ${when}`;
};
