import type { FailingDestination, OpenIncident } from '@job-manager/engine/store/alerts/open-incidents';
import type { ChannelRow } from '@job-manager/engine/store/channel-list';
import { formatDuration } from '@job-manager/engine/store/format-duration';
import type { PauseRow } from '@job-manager/engine/store/health';
import type { FailureShare, IgnoredCancelRow } from '@job-manager/engine/store/issues';
import type { CauseRow } from '@job-manager/engine/store/metrics/failures';
import type { Schedule } from '@job-manager/engine/store/schedules';
import type { SystemHealth } from '@job-manager/shared/contract/health';
import type { Issue } from '@job-manager/shared/contract/issues';
import { type FoundIssue, joinIncidents } from './incident-issues.js';

/** What issues follow from. `causes` are those of an hour that are open. */
export interface IssueFacts {
  now: Date;
  reasons: SystemHealth['reasons'];
  causes: readonly CauseRow[];
  shares: readonly FailureShare[];
  pauses: readonly PauseRow[];
  channels: readonly ChannelRow[];
  schedules: readonly Schedule[];
  ignoredCancels: readonly IgnoredCancelRow[];
  incidents: readonly OpenIncident[];
  destinations: readonly FailingDestination[];
}

/** From where on something is an issue. */
export const thresholds = {
  hourMs: 3_600_000,
  failed: { runs: 5, rate: 0.2, timesUsual: 2 },
  newError: { runs: 3 },
  forgottenPauseMs: 15 * 60_000,
  /** How long a due run may wait in a channel that has no target of its own. */
  targetWaitMs: 5 * 60_000,
  skips: 3,
  ignoredCancelMs: 60_000,
  /** So many messages to a destination failed, one after the other. */
  failedDeliveries: 3,
} as const;

/** The issues, the worst first. */
export function findIssues(facts: IssueFacts): Issue[] {
  const failing = findFailing(facts);
  const isReported = new Set(['CHANNEL_PAUSED', 'JOB_PAUSED', ...(failing.length > 0 ? ['FAILURE_RATE'] : [])]);
  const found = [
    ...failing,
    ...facts.pauses.flatMap((pause) => ofPause(pause, facts.now)),
    ...ofReasons(facts.reasons.filter(({ code }) => !isReported.has(code))),
    ...facts.channels.flatMap((channel) => ofLate(channel, facts.now)),
    ...facts.schedules.flatMap(ofSchedule),
    ...facts.ignoredCancels.map(ofIgnoredCancel),
    ...findNewErrors(facts, new Set(failing.map(({ key }) => key))),
    ...facts.destinations.map(ofDestination),
  ];
  const issues = joinIncidents(found, facts.incidents);
  return (['critical', 'warning'] as const).flatMap((wanted) => issues.filter(({ severity }) => severity === wanted));
}

const counted = (runs: number, noun: string): string => `${runs.toLocaleString('en')} ${noun}${runs === 1 ? '' : 's'}`;
export const quoted = (text: string | null): string => (text === null ? '' : `: “${text}”`);
const failingKey = (jobName: string): string => `failing ${jobName}`;

/** Jobs that fail more than they use to, each with its most frequent cause. */
function findFailing({ causes, shares }: IssueFacts): FoundIssue[] {
  const { runs: least, rate: from, timesUsual } = thresholds.failed;
  return shares.flatMap(({ jobName, ended, failed, usualRate }) => {
    const rate = failed / Math.max(1, ended);
    const own = causes.filter((cause) => cause.jobName === jobName);
    const [first] = own;
    const isUnusual = rate >= Math.min(1, timesUsual * (usualRate ?? 0));
    if (failed < least || rate < from || !isUnusual || first === undefined) return [];
    return [
      {
        key: failingKey(jobName),
        severity: 'critical' as const,
        message: `${jobName} fails: ${failed.toLocaleString('en')} of ${counted(ended, 'run')} within an hour${quoted(first.cause)}`,
        since: null,
        runs: failed,
        subject: { kind: 'failures' as const, jobName, fingerprint: own.length === 1 ? first.fingerprint : null },
      },
    ];
  });
}

/** Errors that are new within this hour, or back after they were resolved; of jobs that are not issues themselves. */
function findNewErrors({ causes, now }: IssueFacts, failing: ReadonlySet<string>): FoundIssue[] {
  const isRecent = (at: Date) => now.getTime() - at.getTime() <= thresholds.hourMs;
  return causes
    .filter(({ jobName }) => !failing.has(failingKey(jobName)))
    .flatMap(({ jobName, runs, firstSeenAt, cameBackAt, cause, fingerprint }) => {
      const isNew = runs >= thresholds.newError.runs && isRecent(firstSeenAt);
      if (!isNew && cameBackAt === null) return [];
      const what = isNew ? 'has an error that is new' : 'fails again of what was resolved';
      return [
        {
          key: `${isNew ? 'new error' : 'came back'} ${fingerprint}`,
          severity: 'warning' as const,
          message: `${jobName} ${what}, in ${counted(runs, 'run')}${quoted(cause)}`,
          since: ((isNew ? null : cameBackAt) ?? firstSeenAt).toISOString(),
          runs,
          subject: { kind: 'failures' as const, jobName, fingerprint },
        },
      ];
    });
}

function ofPause({ kind, name, pausedBy, pauseReason, pausedMs, waitingMs, due }: PauseRow, now: Date): FoundIssue[] {
  if (kind === 'channel' && waitingMs < thresholds.forgottenPauseMs) return [];
  const by = pausedBy === null ? '' : ` by ${pausedBy}`;
  const what = kind === 'channel' ? `Channel ${name}` : `Job ${name}`;
  return [
    {
      key: `paused ${kind} ${name}`,
      severity: 'critical',
      message: `${what} is paused${by}, with ${due.toLocaleString('en')} waiting${quoted(pauseReason)}`,
      since: new Date(now.getTime() - pausedMs).toISOString(),
      runs: due,
      subject: kind === 'channel' ? { kind, channel: name, isPaused: true } : { kind, jobName: name },
    },
  ];
}

/** Their texts contain figures that change, so a key is the code, numbered where several have it. */
function ofReasons(reasons: IssueFacts['reasons']): FoundIssue[] {
  return reasons.map(({ code, severity, message }, index) => {
    const before = reasons.slice(0, index).filter((reason) => reason.code === code).length;
    return {
      key: before === 0 ? `health ${code}` : `health ${code} ${before + 1}`,
      severity: severity === 'CRITICAL' ? 'critical' : 'warning',
      message,
      since: null,
      runs: null,
      subject: { kind: 'service' },
    };
  });
}

function ofLate({ name, pausedAt, oldestDueAt, targetWaitMs, due }: ChannelRow, now: Date): FoundIssue[] {
  if (pausedAt !== null || oldestDueAt === null) return [];
  const target = targetWaitMs ?? thresholds.targetWaitMs;
  const waitMs = now.getTime() - oldestDueAt.getTime();
  if (waitMs < target) return [];
  return [
    {
      key: `late ${name}`,
      severity: 'warning',
      message: `Channel ${name} is late: its oldest run waits for ${formatDuration(waitMs)}, ${formatDuration(target)} at most is the target`,
      since: new Date(oldestDueAt.getTime() + target).toISOString(),
      runs: due,
      subject: { kind: 'channel', channel: name, isPaused: false },
    },
  ];
}

function ofSchedule({ id, name, pausedAt, problem, skips, outcomes }: Schedule): FoundIssue[] {
  const subject = { kind: 'schedule' as const, scheduleId: id };
  const key = `schedule ${id}`;
  if (problem !== null)
    return [{ key, severity: 'warning', message: `Schedule ${name}: ${problem}`, since: null, runs: null, subject }];
  const lastRunAt = Date.parse(outcomes[0]?.dueAt ?? '1970-01-01T00:00:00Z');
  const inRow = skips.filter(({ lastDueAt, reason }) => reason !== 'PAUSED' && Date.parse(lastDueAt) > lastRunAt);
  const dueTimes = inRow.reduce((sum, skip) => sum + skip.dueTimes, 0);
  const first = inRow.at(-1);
  if (pausedAt !== null || first === undefined || dueTimes < thresholds.skips) return [];
  const message = `Schedule ${name}: its last ${dueTimes.toLocaleString('en')} due times had no run`;
  return [{ key, severity: 'warning', message, since: new Date(first.firstDueAt).toISOString(), runs: null, subject }];
}

const ofIgnoredCancel = ({ jobRunId, jobName, cancelRequestedAt, requestedBy }: IgnoredCancelRow): FoundIssue => ({
  key: `cancel ${jobRunId}`,
  severity: 'warning',
  message: `${jobName} #${jobRunId} goes on, though it was cancelled${requestedBy === null ? '' : ` by ${requestedBy}`}`,
  since: cancelRequestedAt.toISOString(),
  runs: 1,
  subject: { kind: 'run', jobRunId },
});

const ofDestination = ({ id, name, detail, since }: FailingDestination): FoundIssue => ({
  key: `destination ${id}`,
  severity: 'warning',
  message: `The last ${thresholds.failedDeliveries} messages to ${name} could not be delivered${quoted(detail)}`,
  since: since.toISOString(),
  runs: null,
  subject: { kind: 'destination', destinationId: id },
});
