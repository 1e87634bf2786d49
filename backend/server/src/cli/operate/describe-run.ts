import { formatDuration } from '@job-manager/engine/store/format-duration';
import type { AttemptUsage, JobRunAttempt } from '@job-manager/shared/contract/message';
import type { JobRun, RelatedRun } from '@job-manager/shared/contract/run';
import { cutText } from '@job-manager/shared/cut-text';
import type { JobUIStatus } from '@job-manager/shared/run';
import { printableJson } from '@job-manager/shared/terminal-text';
import pc from 'picocolors';
import { columns, type Fact, facts, formatTime } from './tables.js';

/** A run as `jobs run show` prints it. */
export function describeRun(run: JobRun, status: JobUIStatus): string {
  return [
    `${pc.bold(`#${run.id} ${run.jobName}`)}  ${status}`,
    facts([...waiting(run), ...place(run), ...times(run), ...relations(run), ...outcome(run)]),
    ...(run.attempts.length > 0 ? ['', pc.bold('Attempts'), attempts(run.attempts)] : []),
  ].join('\n');
}

function waiting({ waiting: why }: JobRun): Fact[] {
  if (why === null) return [];
  return [['waits', why.until === null ? why.message : `${why.message} Until ${formatTime(why.until)}.`]];
}

function place(run: JobRun): Fact[] {
  const { unique } = run;
  const until = unique?.until ? ` until ${formatTime(unique.until)}` : '';
  return [
    ['channel', run.channel],
    ['priority', String(run.priority)],
    ['attempt', `${run.attempt} of ${run.maxAttempts}`],
    ['crashes', run.crashes === 0 ? null : `${run.crashes}, poison at ${run.maxCrashes}`],
    ['retries', retries(run)],
    ['correlation', run.correlationId],
    ['unique key', unique && `${unique.key} (${unique.scope}${until})`],
    ['schedule', run.schedule && `${run.schedule.name}, due ${formatTime(run.dueAt)}`],
  ];
}

function retries({ retryPolicy }: JobRun): string | null {
  if (retryPolicy === null) return null;
  const { backoffMs, factor, maxBackoffMs } = retryPolicy;
  return `after up to ${formatDuration(backoffMs)}, × ${factor} each time, at most ${formatDuration(maxBackoffMs)}`;
}

function times(run: JobRun): Fact[] {
  return [
    ['queued', formatTime(run.queuedAt)],
    ['not before', run.runAt > run.queuedAt ? formatTime(run.runAt) : null],
    ['started', run.startedAt && formatTime(run.startedAt)],
    ['ended', run.finishedAt && formatTime(run.finishedAt)],
    ['took', run.durationMs === null ? null : formatDuration(run.durationMs)],
    ['timeout', run.timeoutMs === null ? 'none' : formatDuration(run.timeoutMs)],
  ];
}

function relations(run: JobRun): Fact[] {
  return [
    ['waits for', run.dependsOn.length === 0 ? null : `${related(run.dependsOn)} to have ${run.waitsFor}`],
    ['waited for by', run.dependents.length === 0 ? null : related(run.dependents)],
    ['batch', run.batch && `#${run.batch.id} ${run.batch.name}: ${run.batch.ended} of ${run.batch.total} ended`],
    ['runs again', run.rerunOfId && `#${run.rerunOfId}`],
  ];
}

const related = (runs: RelatedRun[]): string =>
  runs
    .map(({ jobRunId, jobName, status }) => `#${jobRunId} ${jobName ?? '(removed)'} ${status ?? ''}`.trim())
    .join(', ');

function outcome(run: JobRun): Fact[] {
  return [
    ['parameters', printableJson(run.parameters)],
    ['result', run.metadata == null ? null : printableJson(run.metadata)],
    ['error', run.error, pc.red],
    ['not again', run.noRetry?.message ?? null],
  ];
}

function attempts(all: JobRunAttempt[]): string {
  const rows = all.map((attempt) => [
    `${attempt.attempt}`,
    `${attempt.claimNo}`,
    attempt.outcome,
    formatTime(attempt.startedAt),
    attempt.durationMs === null ? '–' : formatDuration(attempt.durationMs),
    ...usage(attempt.usage),
    cutText(attempt.error ?? '', 100),
  ]);
  const heading = ['attempt', 'claim', 'outcome', 'started', 'took', 'CPU', 'memory', 'loop lag', 'process', 'error'];
  return columns([heading, ...rows]).replace(/^/gm, '  ');
}

function usage(of: AttemptUsage | null): string[] {
  if (of === null) return ['–', '–', '–', '–'];
  const { cpuMs, peakMemoryBytes, maxLoopLagMs, childPid } = of;
  return [
    cpuMs === null ? '–' : formatDuration(cpuMs),
    peakMemoryBytes === null ? '–' : `${Math.round(peakMemoryBytes / 1_048_576)} MB`,
    maxLoopLagMs === null ? '–' : formatDuration(maxLoopLagMs),
    childPid === null ? 'the runner’s' : String(childPid),
  ];
}
