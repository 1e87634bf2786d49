import type { ScheduleSettings } from '@job-manager/shared/contract/schedules';
import type { ScheduleRow } from '../../store/schedules.js';
import type { TimedSettings } from '../transitions/schedule.js';
import { planSkip, type SkippedStretch } from './plan.js';
import { timingOf } from './timing.js';

/** A new schedule comes due after now; an interval is counted from now. */
export function timeNew(settings: ScheduleSettings, now: Date): TimedSettings {
  const { cron = null, everyMs = null, timeZone } = settings;
  const nextRunAt = timingOf({ cron, everyMs, timeZone, anchorAt: now }).next(now);
  return { settings, anchorAt: now, nextRunAt };
}

/**
 * A schedule with the same timing comes due as before. With another timing it comes due after now, and due times of the
 * old one that were not handled are stored as skipped.
 */
export async function timeChanged(
  schedule: ScheduleRow,
  settings: ScheduleSettings,
  now: Date,
): Promise<{ timed: TimedSettings; skip: SkippedStretch | null }> {
  if (hasTiming(schedule, settings)) {
    const { anchorAt, nextRunAt } = schedule;
    return { timed: { settings, anchorAt, nextRunAt }, skip: null };
  }
  return { timed: timeNew(settings, now), skip: await passed(schedule, now) };
}

/** A resumed schedule comes due after now; due times during the pause are stored as skipped. */
export async function planResume(
  schedule: ScheduleRow,
  now: Date,
): Promise<{ nextRunAt: Date | null; skip: SkippedStretch | null }> {
  const { nextRunAt } = schedule;
  if (nextRunAt !== null && nextRunAt > now) return { nextRunAt, skip: null };
  return { nextRunAt: timingOf(schedule).next(now), skip: await passed(schedule, now) };
}

/** Whether a schedule has the timing of these settings. */
export function hasTiming(schedule: ScheduleRow, settings: ScheduleSettings): boolean {
  const { cron = null, everyMs = null, timeZone } = settings;
  return schedule.cron === cron && schedule.everyMs === everyMs && schedule.timeZone === timeZone;
}

async function passed(schedule: ScheduleRow, now: Date): Promise<SkippedStretch | null> {
  const { nextRunAt, pausedAt } = schedule;
  if (nextRunAt === null || nextRunAt > now) return null;
  return (await planSkip({ ...schedule, nextRunAt }, now, pausedAt === null ? 'MISSED' : 'PAUSED')).skip;
}
