import { formatAgo, formatDuration } from '@job-manager/engine/store/format-duration';
import { type QueueFacts, queueKey } from '@job-manager/engine/store/queue-facts';
import type { RunRow, RunSummaryRow } from '@job-manager/engine/store/run-row';
import { lineCap, type PauseFacts, type WaitingFacts } from '@job-manager/engine/store/waiting';
import type { JobRun, JobRunSummary } from '@job-manager/shared/contract/run';
import type { WaitReason } from '@job-manager/shared/run';

export type HasCode = (jobName: string) => boolean;
type Waiting = NonNullable<JobRun['waiting']>;
type Wait = Pick<JobRunSummary, 'waitReason' | 'waitDetail' | 'waitSince' | 'waitUntil'>;
type Row = Pick<
  RunSummaryRow,
  'jobName' | 'channel' | 'isBlocked' | 'claimNo' | 'attempt' | 'maxAttempts' | 'error' | 'runAt'
>;
/** Of a run in a list its earlier attempts and the progress of its batch are not read. */
type QueuedRun = Row & {
  waitsFor: RunRow['waitsFor'];
  batch: { id: string; name: string; total?: number; ended?: number } | null;
  isCalledBack: boolean;
  snooze: { error: string | null } | null;
  waiting: WaitingFacts;
};

/** Why a queued run has not been started, for the page of that run. */
export function presentWaiting(row: RunRow & { waiting: WaitingFacts }, hasCode: HasCode): Waiting {
  const last = row.earlierAttempts.at(-1);
  const run = {
    ...row,
    isCalledBack: row.dependsOn.length === 0 && row.batch !== null,
    snooze: last?.outcome === 'SNOOZED' ? last : null,
  };
  return findWait(run, hasCode);
}

/** What a run of a job would wait for if it was queued now. */
export function presentPlannedWaiting(
  { jobName, channel }: Pick<Row, 'jobName' | 'channel'>,
  waiting: WaitingFacts,
  hasCode: HasCode,
): string {
  const untouched = { isBlocked: false, claimNo: 0, attempt: 0, maxAttempts: 1, error: null, runAt: new Date() };
  const unrelated = { waitsFor: null, batch: null, isCalledBack: false, snooze: null };
  return findWait({ jobName, channel, ...untouched, ...unrelated, waiting }, hasCode).message;
}

export const NO_WAIT: Wait = { waitReason: null, waitDetail: null, waitSince: null, waitUntil: null };

/**
 * The same for a row of a list. Its text contains nothing that changes by itself, such as the age of a pause: a live
 * list would send them again and again. Null for all where the facts do not have the run.
 */
export function presentWait(row: RunSummaryRow, { serverTime, shared, blocked }: QueueFacts, hasCode: HasCode): Wait {
  const facts = row.status === 'QUEUED' ? shared.get(queueKey(row)) : undefined;
  if (facts === undefined) return NO_WAIT;
  const { blockers = [], blockerCount = 0, waitsFor = null, batch = null } = blocked.get(row.id) ?? {};
  const waiting = {
    ...facts,
    blockers,
    blockerCount,
    isLater: row.runAt > serverTime,
    runsBefore: null,
    isSuspect: false,
  };
  const { reason, message, until } = findWait(
    { ...row, waitsFor, batch, isCalledBack: batch !== null, snooze: null, waiting },
    hasCode,
  );
  const since = reason === 'channelPaused' ? facts.pausedAt : reason === 'jobPaused' ? facts.jobPause?.pausedAt : null;
  return {
    waitReason: reason,
    waitDetail: message,
    waitSince: since ? new Date(since).toISOString() : null,
    waitUntil: until,
  };
}

/**
 * Why a queued run has not been started: the most decisive reason. First the lack of its code, for only new code
 * helps against it; then reasons of this run alone, for until they are over it doesn't stand in line; then reasons
 * of its whole channel, those that need an operator before those that end by themselves; at last the runs before it.
 */
function findWait(run: QueuedRun, hasCode: HasCode): Waiting {
  const facts = run.waiting;
  const isCodeHere = hasCode(run.jobName);
  if (isCodeHere ? facts.isCodeMissing : !facts.mayHaveCode)
    return because('noCode', noCode(run.jobName, facts, isCodeHere));
  if (run.isBlocked) return because('blocked', blocked(run));
  if (facts.isLater) return later(run);
  if (facts.jobPause) return because('jobPaused', jobPaused(run.jobName, facts.jobPause), facts.jobPause.resumeAt);
  if (facts.pausedMs !== null) return because('channelPaused', paused(run.channel, facts), facts.resumeAt);
  if (facts.runners === 0) return because('noRunner', 'No runner is alive; the run starts as soon as one is.');
  if (facts.maxRunning !== null && facts.running >= facts.maxRunning)
    return because(
      'channelFull',
      `Channel ${run.channel} runs ${facts.running} of ${atMost(facts.maxRunning)} at once.`,
    );
  if (facts.nextStartAt !== null) return because('rateLimited', rateLimited(run.channel, facts), facts.nextStartAt);
  if (!isCodeHere)
    return because('noCode', `This server has no job "${run.jobName}"; a runner that has it may start it.`);
  if (facts.isSuspect) return because('inLine', SUSPECT);
  const line = inLine(run.channel, facts.runsBefore);
  return facts.isBusy ? because('runnersBusy', `All runners are busy. ${line}`) : because('inLine', line);
}

const SUSPECT =
  'Its last runner died, so it runs apart from others: in a process of its own, or while its runner has nothing else to do.';

const because = (reason: WaitReason, message: string, until: string | Date | null = null): Waiting => ({
  reason,
  message,
  until: until === null ? null : new Date(until).toISOString(),
});

function noCode(jobName: string, { codeSeenMs }: WaitingFacts, isCodeHere: boolean): string {
  if (isCodeHere)
    return `No process has the code of job "${jobName}" and executes runs: start a worker with this code, or restart those that live.`;
  const last = codeSeenMs === null ? 'none has ever reported it' : `the last report of it was ${formatAgo(codeSeenMs)}`;
  return `No process has the code of job "${jobName}"; ${last}.`;
}

function blocked({ isCalledBack, waitsFor, batch, waiting }: QueuedRun): string {
  if (isCalledBack && batch !== null) {
    const ends = `It is called when batch #${batch.id} "${batch.name}" has ended`;
    return batch.total === undefined ? `${ends}.` : `${ends}; ${batch.ended} of its ${batch.total} runs have.`;
  }
  const names = waiting.blockers.map(({ jobRunId, jobName }) => `#${jobRunId} ${jobName}`);
  const more = waiting.blockerCount - names.length;
  if (names.length === 0) return 'It waits for other runs.';
  return `It waits for ${listed(names, more, waiting.runsBefore !== null)} to ${waitsFor === 'SUCCEEDED' ? 'succeed' : 'end'}.`;
}

/** `isCounted`: whether `more` is all that there are besides. */
function listed(names: string[], more: number, isCounted: boolean): string {
  if (more > 0) return `${names.join(', ')} and ${isCounted ? `${more} ` : ''}more`;
  return names.length === 1 ? `${names[0]}` : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

/** `until` has the time: each reader has a zone of their own. */
function later({ claimNo, attempt, maxAttempts, error, runAt, snooze }: QueuedRun): Waiting {
  if (claimNo === 0) return because('scheduled', 'Its time has not come yet.', runAt);
  if (snooze !== null)
    return because('scheduled', `Its job snoozed it${snooze.error === null ? '.' : `: ${snooze.error}`}`, runAt);
  const next = `attempt ${attempt + 1} of ${maxAttempts}`;
  const message =
    error === null
      ? `It waits for the time of ${next}.`
      : `Attempt ${attempt} of ${maxAttempts} failed; ${next} is not due yet.`;
  return because('retry', message, runAt);
}

function paused(channel: string, { runsBefore, pausedMs, pausedBy, pauseReason }: WaitingFacts): string {
  const by = pausedBy === null ? '' : ` by ${pausedBy}`;
  const why = pauseReason === null ? '' : `: ${pauseReason}`;
  // In a list the channel stands beside it, and the place is short.
  if (runsBefore === null) return `Paused${by}${why}`;
  return `Channel ${channel} was paused ${formatAgo(pausedMs ?? 0)}${by}${why || '.'}`;
}

function jobPaused(jobName: string, { pausedBy, pauseReason }: PauseFacts): string {
  const by = pausedBy === null ? '' : ` by ${pausedBy}`;
  return `Job ${jobName} is paused${by}${pauseReason === null ? '.' : `: ${pauseReason}`}`;
}

const atMost = (most: number): string => `at most ${most.toLocaleString('en')}`;

function rateLimited(channel: string, { rateLimit, ratePeriodMs }: WaitingFacts): string {
  return `Channel ${channel} may start ${atMost(rateLimit ?? 0)} runs in ${formatDuration(ratePeriodMs ?? 0)}, and has.`;
}

function inLine(channel: string, runsBefore: number | null): string {
  if (runsBefore === null) return `It waits for its turn in channel ${channel}.`;
  if (runsBefore === 0) return `It is next in channel ${channel}.`;
  if (runsBefore > lineCap)
    return `More than ${lineCap.toLocaleString('en')} runs come before it in channel ${channel}.`;
  return runsBefore === 1
    ? `1 run comes before it in channel ${channel}.`
    : `${runsBefore.toLocaleString('en')} runs come before it in channel ${channel}.`;
}
