import type { Schedule } from '@job-manager/engine/store/schedules';
import type { JobSchedule } from '@job-manager/shared/contract/schedules';
import type { Redaction } from '@job-manager/shared/redaction';
import { presentPause } from './pause.js';
import { hideSecrets } from './secrets.js';

/** A schedule as the API shows it, its secrets redacted. */
export function presentSchedule(schedule: Schedule, redaction: Redaction): JobSchedule {
  const { pausedAt, pausedBy, pauseReason, resumeAt } = schedule;
  return {
    id: schedule.id,
    name: schedule.name,
    jobName: schedule.jobName,
    parameters: hideSecrets(schedule.parameters, redaction),
    cron: schedule.cron,
    everyMs: schedule.everyMs,
    timeZone: schedule.timeZone,
    timing: schedule.timing,
    missed: LOWER[schedule.missedRuns],
    overlap: LOWER[schedule.overlap],
    channel: schedule.channel,
    priority: schedule.priority,
    source: LOWER[schedule.source],
    paused: presentPause({ pausedAt, pausedBy, pauseReason, resumeAt }),
    problem: schedule.problem,
    // Where it goes on when it is resumed is decided then.
    nextRunAt: pausedAt === null ? isoOrNull(schedule.nextRunAt) : null,
    lastDueAt: isoOrNull(schedule.lastDueAt),
    lastRunId: schedule.lastRunId,
    createdAt: schedule.createdAt.toISOString(),
    createdBy: schedule.createdBy,
    skips: schedule.skips.map(({ firstDueAt, lastDueAt, dueTimes, reason, at }) => ({
      firstDueAt: new Date(firstDueAt).toISOString(),
      lastDueAt: new Date(lastDueAt).toISOString(),
      dueTimes,
      reason: LOWER[reason],
      at: new Date(at).toISOString(),
    })),
    outcomes: schedule.outcomes.map((run) => ({ ...run, dueAt: new Date(run.dueAt).toISOString() })),
    rev: schedule.settingsRev,
  };
}

/** Maps values of the database to those of the API. */
const LOWER = {
  SKIP: 'skip',
  ONCE: 'once',
  ALL: 'all',
  QUEUE: 'queue',
  CANCEL: 'cancel',
  CODE: 'code',
  API: 'api',
  MISSED: 'missed',
  OVERLAP: 'overlap',
  PAUSED: 'paused',
  JOB_GONE: 'job-gone',
} as const;

const isoOrNull = (time: Date | null) => time?.toISOString() ?? null;
