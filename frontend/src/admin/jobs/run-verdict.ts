import type { JobRun } from '@job-manager/shared/contract/run';
import { isScheduled } from '../../components/is-scheduled';
import { formatAgo, formatDuration } from '../../lib/duration';

type Run = Pick<
  JobRun,
  | 'status'
  | 'queuedAt'
  | 'runAt'
  | 'startedAt'
  | 'finishedAt'
  | 'durationMs'
  | 'queueDelayMs'
  | 'attempt'
  | 'maxAttempts'
  | 'attempts'
>;

/** What became of a run, to follow its status: "after 154ms, having waited 4m 32s". `now` is the server's time. */
export function describeVerdict(run: Run, now: number): string {
  if (run.status === 'QUEUED') return describeQueued(run, now);
  if (run.startedAt === null) {
    const when = run.attempts.length === 0 ? 'before it began' : 'before its next attempt';
    return `${when}, after ${formatDuration(timeOf(run.finishedAt, now) - Date.parse(run.queuedAt))}`;
  }
  const took = run.durationMs ?? Math.max(1_000, timeOf(run.finishedAt, now) - Date.parse(run.startedAt));
  const word = run.status === 'RUNNING' ? 'for' : 'after';
  const waited = run.queueDelayMs === null ? '' : `, having waited ${formatDuration(run.queueDelayMs)}`;
  return `${word} ${formatDuration(took)}${waited}`;
}

function describeQueued(run: Run, now: number): string {
  if (isScheduled(run, now)) {
    const when = formatAgo(now - Date.parse(run.runAt));
    return hasFailed(run) ? `retrying ${when}` : `to start ${when}`;
  }
  const since = Math.max(Date.parse(run.queuedAt), Date.parse(run.runAt));
  return `for ${formatDuration(Math.max(1_000, now - since))}`;
}

/** "attempt 2 of 3"; null for a run that never began. */
export function describeAttempt(run: Run): string | null {
  const name = `attempt ${run.attempt} of ${run.maxAttempts}`;
  if (run.attempt === 0) return null;
  if (run.status === 'QUEUED') return hasFailed(run) ? `${name} failed` : null;
  return run.startedAt === null && run.attempts.length === 0 ? null : name;
}

const hasFailed = ({ attempts }: Run): boolean => attempts.at(-1)?.outcome === 'FAILED';

const timeOf = (at: string | null, now: number): number => (at === null ? now : Date.parse(at));
