import type { JobRun } from '@job-manager/shared/contract/run';
import type { WaitReason } from '@job-manager/shared/run';
import { durationWords } from '../store/duration-words.js';
import type { RunRow } from '../store/run-row.js';
import { lineCap, type WaitingFacts } from '../store/waiting.js';

export type HasCode = (jobName: string) => boolean;
type Waiting = NonNullable<JobRun['waiting']>;
type QueuedRun = RunRow & { waiting: WaitingFacts };

/**
 * Why a queued run has not been started: of all that holds it the most decisive. What nothing but new code helps
 * against comes first, then what concerns this run alone, for until that is over it doesn't stand in line; then what
 * holds its whole channel, what needs somebody to act before what ends by itself; and at last those before it.
 */
export function presentWaiting(run: QueuedRun, hasCode: HasCode): Waiting {
  const facts = run.waiting;
  const isCodeHere = hasCode(run.jobName);
  if (isCodeHere ? facts.isCodeMissing : !facts.mayHaveCode)
    return because('noCode', noCode(run.jobName, facts, isCodeHere));
  if (run.isBlocked) return because('blocked', blocked(run));
  if (facts.isLater) return later(run);
  if (facts.pausedMs !== null) return because('channelPaused', paused(run.channel, facts), facts.resumeAt);
  if (facts.runners === 0) return because('noRunner', 'No runner is alive; the run starts as soon as one is.');
  if (facts.mostRunning !== null && facts.running >= facts.mostRunning)
    return because(
      'channelFull',
      `Channel ${run.channel} runs ${facts.running} of ${atMost(facts.mostRunning)} at once.`,
    );
  if (facts.nextStartAt !== null) return because('rateLimited', rateLimited(run.channel, facts), facts.nextStartAt);
  if (!isCodeHere)
    return because('noCode', `This server has no job "${run.jobName}"; a runner that has it may start it.`);
  return because('inLine', facts.isSuspect ? SUSPECT : inLine(run.channel, facts.ahead));
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
  const last =
    codeSeenMs === null ? 'none ever said that it had it' : `one last said so ${durationWords(codeSeenMs)} ago`;
  return `No process has the code of job "${jobName}"; ${last}.`;
}

function blocked({ dependsOn, waitsFor, batch, waiting }: QueuedRun): string {
  if (dependsOn.length === 0 && batch !== null)
    return `It is called when batch #${batch.id} "${batch.name}" has ended; ${batch.ended} of its ${batch.total} runs have.`;
  const names = waiting.blockers.map(({ jobRunId, jobName }) => `#${jobRunId} ${jobName}`);
  const more = waiting.blockerCount - names.length;
  if (names.length === 0) return 'It waits for other runs.';
  return `It waits for ${listed(names, more)} to ${waitsFor === 'SUCCEEDED' ? 'succeed' : 'end'}.`;
}

function listed(names: string[], more: number): string {
  if (more > 0) return `${names.join(', ')} and ${more} more`;
  return names.length === 1 ? `${names[0]}` : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

/** `until` has the time: each reader has a zone of their own. */
function later({ claimNo, attempt, maxAttempts, error, runAt, earlierAttempts }: QueuedRun): Waiting {
  if (claimNo === 0) return because('scheduled', 'Its time has not come yet.', runAt);
  const last = earlierAttempts.at(-1);
  if (last?.outcome === 'SNOOZED')
    return because('scheduled', `Its job put it off${last.error === null ? '.' : `: ${last.error}`}`, runAt);
  const next = `attempt ${attempt + 1} of ${maxAttempts}`;
  const message =
    error === null
      ? `It waits for the time of ${next}.`
      : `Attempt ${attempt} of ${maxAttempts} failed; ${next} is not due yet.`;
  return because('retry', message, runAt);
}

function paused(channel: string, { pausedMs, pausedBy, pauseReason }: WaitingFacts): string {
  const by = pausedBy === null ? '' : ` by ${pausedBy}`;
  const why = pauseReason === null ? '.' : `: ${pauseReason}`;
  return `Channel ${channel} was paused ${durationWords(pausedMs ?? 0)} ago${by}${why}`;
}

const atMost = (most: number): string => `at most ${most.toLocaleString('en')}`;

function rateLimited(channel: string, { rateLimit, ratePeriodMs }: WaitingFacts): string {
  return `Channel ${channel} may start ${atMost(rateLimit ?? 0)} runs in ${durationWords(ratePeriodMs ?? 0)}, and has.`;
}

function inLine(channel: string, ahead: number): string {
  if (ahead === 0) return `It is next in channel ${channel}.`;
  if (ahead > lineCap) return `More than ${lineCap.toLocaleString('en')} runs come before it in channel ${channel}.`;
  return ahead === 1
    ? `1 run comes before it in channel ${channel}.`
    : `${ahead.toLocaleString('en')} runs come before it in channel ${channel}.`;
}
