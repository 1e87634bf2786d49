import type { JobRunAttempt } from '@job-manager/shared/contract/message';
import type { JobRun } from '@job-manager/shared/contract/run';
import { isTerminal } from '@job-manager/shared/run';
import { type ReactNode, Suspense } from 'react';
import { useServerTime } from '../../api/server-clock';
import { DateTime } from '../../components/RelativeTime';
import { formatDuration } from '../../lib/duration';
import { loadable } from '../../ui/loadable';
import { SectionBoundary } from '../../ui/SectionBoundary';
import { outcomeAppearance } from './attempt-outcomes';
import details from './RunDetails.module.css';
import classes from './RunTime.module.css';

const RunUsual = loadable(() => import('./RunUsual').then((module) => module.RunUsual));

/** So many parts have a line of their own; the tab with the attempts has all. */
const MAX_LINES = 9;

/**
 * Where the time of a run went: its waits against its attempts, drawn to scale and as a list, with the moments between.
 */
export function RunTime({ run }: { run: JobRun }) {
  // Only a run that goes on needs the clock.
  const now = useServerTime((time) => (isTerminal(run.status) ? 0 : Math.floor(time / 1_000) * 1_000));
  const isLater = useServerTime((time) => run.status === 'QUEUED' && Date.parse(run.runAt) > time);
  const spans = timeSpans(run, now);
  const shown = spans.slice(-MAX_LINES);
  const before = run.dependsOn.length > 0 ? 'Waited for others' : 'Scheduled';
  return (
    <section aria-label="Timeline">
      <h3 className={details.heading}>Timeline</h3>
      {spans.length > 0 && <Bar spans={spans} before={before} />}
      <ol className={classes.list}>
        <Line name="Queued">
          <DateTime at={run.queuedAt} />
        </Line>
        {shown.length < spans.length && (
          <Line name="…">
            <span className="dimmed">{spans.length - shown.length} earlier parts, in the attempts</span>
          </Line>
        )}
        {shown.map((span) => (
          <SpanLine key={span.from} span={span} before={before} />
        ))}
        {isLater && (
          <Line name={run.attempts.length === 0 ? 'Starts' : 'Next attempt'}>
            <DateTime at={run.runAt} />
          </Line>
        )}
        {run.cancelRequestedAt && (
          <Line name="Cancel requested">
            <DateTime at={run.cancelRequestedAt} />
            {run.cancelRequestedBy && <span className="dimmed"> by {run.cancelRequestedBy.email}</span>}
          </Line>
        )}
        {run.status === 'RUNNING' && run.lastHeartbeatAt && (
          <Line name="Heartbeat">
            <DateTime at={run.lastHeartbeatAt} />
          </Line>
        )}
        {run.finishedAt && (
          <Line name="Finished">
            <DateTime at={run.finishedAt} />
          </Line>
        )}
      </ol>
      {isComparable(run) && (
        <SectionBoundary name="Compared with usual">
          <Suspense>
            <RunUsual run={run} />
          </Suspense>
        </SectionBoundary>
      )}
    </section>
  );
}

/** A failure after 2 ms is no fast run. */
const isComparable = ({ status, inactivityTimeoutMs }: JobRun): boolean =>
  (status === 'SUCCESS' || status === 'RUNNING') && inactivityTimeoutMs === null;

/** What the time before a run could be started is called. */
type Before = 'Waited for others' | 'Scheduled';

/** The list below gives the same as text. */
function Bar({ spans, before }: { spans: readonly TimeSpan[]; before: Before }) {
  return (
    <div className={classes.bar} aria-hidden data-testid="time-bar">
      {spans.map((span) => (
        <span
          key={span.from}
          className={classes.span}
          {...attributesOf(span)}
          title={`${nameOf(span, before)}: ${formatDuration(span.ms)}`}
          style={{ flexGrow: Math.max(span.ms, 1) }}
        />
      ))}
    </div>
  );
}

function SpanLine({ span, before }: { span: TimeSpan; before: Before }) {
  return (
    <Line name={nameOf(span, before)} mark={<span className={classes.mark} {...attributesOf(span)} aria-hidden />}>
      <span className={classes.length}>{formatDuration(span.ms)}</span>
      {span.attempt && (
        <span className={classes.note}>
          {outcomeOf(span.attempt)}, started <DateTime at={span.attempt.startedAt} />
        </span>
      )}
    </Line>
  );
}

function Line({ name, mark, children }: { name: string; mark?: ReactNode; children: ReactNode }) {
  return (
    <li className={classes.line}>
      {mark ?? <span className={classes.dot} aria-hidden />}
      <span className={classes.name}>{name}</span>
      <span className={classes.text}>{children}</span>
    </li>
  );
}

const nameOf = ({ attempt, isPlanned }: TimeSpan, before: Before): string => {
  if (attempt !== null) return `Attempt ${attempt.attempt}`;
  return isPlanned ? before : 'Waited';
};

const outcomeOf = ({ outcome }: JobRunAttempt): string => outcomeAppearance[outcome].label;

const attributesOf = ({ attempt, isPlanned }: TimeSpan) =>
  attempt === null
    ? { 'data-kind': isPlanned ? 'planned' : 'waited' }
    : { 'data-kind': 'attempt', 'data-tone': outcomeAppearance[attempt.outcome].tone };

/** A part of a run's time: it waited, or was executed. */
interface TimeSpan {
  from: number;
  ms: number;
  /** Null for time in which the run waited. */
  attempt: JobRunAttempt | null;
  /** Waited for a time that was set or for other runs, rather than for a runner. */
  isPlanned: boolean;
}

type Run = Pick<JobRun, 'queuedAt' | 'queueDelayMs' | 'attempts'>;

/** Shorter pauses between two attempts are the product's own work. */
const MIN_WAIT_MS = 5;
/** A planned start is later than this; less is a difference of clocks. */
const MIN_PLANNED_MS = 1_000;

/** Everything from queueing a run to its end, or to `now`, in order and without gaps. */
function timeSpans({ queuedAt, queueDelayMs, attempts }: Run, now: number): TimeSpan[] {
  const spans: TimeSpan[] = [];
  let at = Date.parse(queuedAt);
  for (const attempt of attempts) {
    const from = Date.parse(attempt.startedAt);
    const planned = attempts.length === 1 && queueDelayMs !== null ? from - queueDelayMs - at : 0;
    const due = planned > MIN_PLANNED_MS ? at + planned : at;
    if (due > at) spans.push({ from: at, ms: due - at, attempt: null, isPlanned: true });
    if (from - due > MIN_WAIT_MS) spans.push({ from: due, ms: from - due, attempt: null, isPlanned: false });
    at = attempt.endedAt === null ? now : Date.parse(attempt.endedAt);
    spans.push({ from, ms: Math.max(0, at - from), attempt, isPlanned: false });
  }
  return spans;
}
