import type { QueueFacts } from '@job-manager/engine/store/queue-facts';
import type { RunRow, RunSummaryRow } from '@job-manager/engine/store/run-row';
import type { AttemptUsage, JobRunAttempt, JobRunStep } from '@job-manager/shared/contract/message';
import type { JobRun, JobRunSummary } from '@job-manager/shared/contract/run';
import { detailColumns, showColumns, summaryColumns } from '@job-manager/shared/contract/run-columns';
import type { Redaction } from '@job-manager/shared/redaction';
import { isTerminal, type JobRunStatus } from '@job-manager/shared/run';
import { presentNoRetry } from './no-retry.js';
import { hideSecrets } from './secrets.js';
import { type HasCode, NO_WAIT, presentWait, presentWaiting } from './waiting.js';

/** A run as lists and the socket show it. */
export function presentSummary(row: RunSummaryRow): JobRunSummary {
  // Added to an object of its own: a copy of its forty fields takes twice the time of all else here.
  return Object.assign(showColumns(summaryColumns, row), {
    // A run of a schedule names its author there, but its time has triggered it.
    triggeredBy: row.trigger === 'CRON' ? null : personOrNull(row.triggeredById, row.triggeredByEmail),
    triggeredByToken: row.trigger === 'CRON' ? null : row.triggeredByToken,
    cancelRequestedBy: personOrNull(row.cancelRequestedById, row.cancelRequestedByEmail),
    runnerName: row.runnerName,
    ...NO_WAIT,
  });
}

/** The same with why a queued run has not been started. */
export const presentQueued = (row: RunSummaryRow, facts: QueueFacts, hasCode: HasCode): JobRunSummary => ({
  ...presentSummary(row),
  ...presentWait(row, facts, hasCode),
});

/** A whole run, its secrets redacted. For a queued one `hasCode` returns whether this server knows its job. */
export function presentRun(row: RunRow, redaction: Redaction, hasCode: HasCode = () => true): JobRun {
  return {
    ...presentSummary(row),
    ...showColumns(detailColumns, row),
    parameters: hideSecrets(row.parameters, redaction),
    steps: row.steps && presentSteps(row.steps, row.status),
    attempts: presentAttempts(row),
    waiting: row.waiting && presentWaiting({ ...row, waiting: row.waiting }, hasCode),
    noRetry: presentNoRetry(row),
    dependsOn: row.dependsOn,
    waitsFor: row.waitsFor && WAITS_FOR[row.waitsFor],
    dependents: row.dependents,
    batch: row.batch,
    schedule:
      row.scheduleId === null || row.scheduleName === null ? null : { id: row.scheduleId, name: row.scheduleName },
    unique: presentUnique(row),
    parametersBy: presentAuthor(row),
  };
}

/** Who chose the parameters; null where that is who triggered the run, or the code. */
function presentAuthor({ author, trigger, triggeredById, triggeredByEmail, triggeredByToken }: RunRow) {
  if (author) return { person: personOrNull(author.userId, author.email), token: author.token };
  if (trigger !== 'CRON' || (triggeredById === null && triggeredByToken === null)) return null;
  return { person: personOrNull(triggeredById, triggeredByEmail), token: triggeredByToken };
}

const WAITS_FOR = { SUCCEEDED: 'succeeded', FINISHED: 'finished' } as const;
const UNIQUE_SCOPE = { QUEUED: 'queued', RUNNING: 'running', PERIOD: 'period', BEHIND: 'behind' } as const;

function presentUnique({ uniqueKey, uniqueScope, uniqueUntil }: RunRow): JobRun['unique'] {
  if (uniqueKey === null || uniqueScope === null) return null;
  return { key: uniqueKey, scope: UNIQUE_SCOPE[uniqueScope], until: isoOrNull(uniqueUntil) };
}

/** What an attempt took, or null where it was not measured. */
function presentUsage(usage: AttemptUsage): AttemptUsage | null {
  return usage.cpuMs === null ? null : usage;
}

/** Steps as screens show them: those of a run that ended are never left pending or running. */
export function presentSteps(steps: JobRunStep[], status: JobRunStatus): JobRunStep[] {
  if (!isTerminal(status)) return steps;
  const left = { SUCCESS: 'done', FAILED: 'failed', CANCELLED: 'cancelled' } as const;
  return steps.map((step) => ({
    ...step,
    state: step.state === 'running' ? left[status] : step.state === 'pending' ? 'skipped' : step.state,
    steps: presentSteps(step.steps, status),
  }));
}

function presentAttempts(row: RunRow): JobRunAttempt[] {
  const earlier = row.earlierAttempts.map(({ childPid, cpuMs, peakMemoryBytes, maxLoopLagMs, ...attempt }) => ({
    ...attempt,
    startedAt: new Date(attempt.startedAt).toISOString(),
    endedAt: new Date(attempt.endedAt).toISOString(),
    usage: presentUsage({ childPid, cpuMs, peakMemoryBytes, maxLoopLagMs }),
  }));
  // Queued again, or cancelled while queued: the run's row has no execution.
  if (row.startedAt === null || row.status === 'QUEUED') return earlier;
  return [...earlier, lastAttempt(row, row.startedAt, row.status)];
}

function lastAttempt(row: RunRow, startedAt: Date, outcome: Exclude<JobRunStatus, 'QUEUED'>): JobRunAttempt {
  return {
    claimNo: row.claimNo,
    attempt: row.attempt,
    outcome,
    runnerId: row.runnerId,
    runnerName: row.runnerName,
    startedAt: startedAt.toISOString(),
    endedAt: isoOrNull(row.finishedAt),
    durationMs: row.durationMs,
    error: row.error,
    errorStack: row.errorStack,
    usage: presentUsage({
      childPid: row.childPid,
      cpuMs: row.cpuMs,
      peakMemoryBytes: row.peakMemoryBytes,
      maxLoopLagMs: row.maxLoopLagMs,
    }),
  };
}

const isoOrNull = (time: Date | null) => time?.toISOString() ?? null;
const personOrNull = (id: number | null, email: string | null) => (id === null ? null : { id, email: email ?? '' });
