import type { JobRunAttempt } from '@job-manager/shared/contract/message';
import type { JobRun } from '@job-manager/shared/contract/run';

/** A part of a run's time: it waited, or was executed. */
export interface TimeSpan {
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
export function timeSpans({ queuedAt, queueDelayMs, attempts }: Run, now: number): TimeSpan[] {
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
