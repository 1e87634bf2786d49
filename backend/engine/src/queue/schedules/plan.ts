import type { DueSchedule, SkipReasonRow } from '../../store/schedules.js';
import { listDueTimes, type Timing, timingOf } from './timing.js';

/** Due times in a row that get no run. */
export interface SkippedStretch {
  firstDueAt: Date;
  lastDueAt: Date;
  dueTimes: number;
  reason: SkipReasonRow;
}

/** What to do with the due times of a schedule up to a moment. */
export interface FirePlan {
  /** Due times that get a run, in order; the statement, which reads the runs, leaves out those that overlap. */
  runs: { dueAt: Date; isMadeUp: boolean }[];
  skip: SkippedStretch | null;
  /** The last due time that is handled. */
  lastDueAt: Date;
  nextRunAt: Date | null;
}

/** A due time that is found later than this counts as missed. */
export const MISSED_AFTER_MS = 60_000;
/** At most so many runs at once; the rest at the next poll. */
const MAX_RUNS = 1_000;

/** Decides about every due time of a schedule from `nextRunAt` to `now`. */
export async function planFire(schedule: DueSchedule, now: Date): Promise<FirePlan> {
  const timing = timingOf(schedule);
  const missedUntil = new Date(now.getTime() - MISSED_AFTER_MS - 1);
  const made = await planMissed(timing, schedule, missedUntil);
  const from = made.lastDueAt === null ? schedule.nextRunAt : timing.next(made.lastDueAt);
  // While more were missed than fit in here, later due times are not read.
  const onTime = from !== null && from <= missedUntil ? [] : await listDueTimes(timing, from, now, MAX_RUNS);
  const lastDueAt = onTime.at(-1) ?? made.lastDueAt ?? schedule.nextRunAt;
  return {
    runs: [...made.runs, ...onTime.map((dueAt) => ({ dueAt, isMadeUp: false }))],
    skip: made.skip,
    lastDueAt,
    nextRunAt: timing.next(lastDueAt),
  };
}

/** Every due time up to `until` is skipped, such as those that passed while the schedule was paused. */
export async function planSkip(schedule: DueSchedule, until: Date, reason: SkipReasonRow): Promise<FirePlan> {
  const timing = timingOf(schedule);
  const skip = await stretchOf(timing, schedule.nextRunAt, until, reason);
  return { runs: [], skip, lastDueAt: skip.lastDueAt, nextRunAt: timing.next(skip.lastDueAt) };
}

type Missed = Pick<FirePlan, 'runs' | 'skip'> & { lastDueAt: Date | null };

async function planMissed(timing: Timing, schedule: DueSchedule, until: Date): Promise<Missed> {
  const first = schedule.nextRunAt;
  if (first > until) return { runs: [], skip: null, lastDueAt: null };
  if (schedule.missedRuns === 'ALL') {
    const all = await listDueTimes(timing, first, until, MAX_RUNS);
    return { runs: all.map((dueAt) => ({ dueAt, isMadeUp: true })), skip: null, lastDueAt: all.at(-1) ?? first };
  }
  if (schedule.missedRuns === 'SKIP') {
    const skip = await stretchOf(timing, first, until, 'MISSED');
    return { runs: [], skip, lastDueAt: skip.lastDueAt };
  }
  const lastDueAt = lastDue(timing, first, until);
  const before = new Date(lastDueAt.getTime() - 1);
  const skip = lastDueAt > first ? await stretchOf(timing, first, before, 'MISSED') : null;
  return { runs: [{ dueAt: lastDueAt, isMadeUp: false }], skip, lastDueAt };
}

async function stretchOf(timing: Timing, first: Date, until: Date, reason: SkipReasonRow): Promise<SkippedStretch> {
  const last = lastDue(timing, first, until);
  // The first is taken as it was stored: where the rules of a time zone have changed since, it is no due time now.
  const second = last > first ? timing.next(first) : null;
  const dueTimes = 1 + (second === null ? 0 : await timing.count(second, last));
  return { firstDueAt: first, lastDueAt: last, dueTimes, reason };
}

function lastDue(timing: Timing, first: Date, until: Date): Date {
  const last = timing.previous(new Date(until.getTime() + 1));
  return last === null || last < first ? first : last;
}
