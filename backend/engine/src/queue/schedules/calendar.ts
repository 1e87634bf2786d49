import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import type { ScheduleRow } from '../../store/schedules.js';
import { type Timing, timingOf } from './timing.js';

const HOUR_MS = 3_600_000;
/** Each takes a tenth of a millisecond or two. */
const HOURS_AT_ONCE = 24;
/** Due times of one schedule that are listed; beyond them only their number is returned. */
const MAX_TIMES = 200;

/** When a schedule comes due within some hours. */
export interface CalendarEntry {
  scheduleId: string;
  name: string;
  jobName: string;
  /** The first 200. */
  times: Date[];
  /** Due times in each hour. */
  perHour: number[];
  total: number;
}

/** When schedules come due from `from` on; one that is paused, or whose timing can't be read, is left out. */
export async function calendarOf(schedules: ScheduleRow[], from: Date, hours: number): Promise<CalendarEntry[]> {
  const entries: CalendarEntry[] = [];
  for (const schedule of schedules) {
    const entry = schedule.pausedAt === null ? await entryOf(schedule, from, hours) : null;
    if (entry !== null && entry.total > 0) entries.push(entry);
  }
  return entries;
}

async function entryOf(schedule: ScheduleRow, from: Date, hours: number): Promise<CalendarEntry | null> {
  const timing = readTiming(schedule);
  if (timing === null) return null;
  const times: Date[] = [];
  const until = from.getTime() + hours * HOUR_MS;
  let at = timing.next(new Date(from.getTime() - 1));
  for (; at !== null && at.getTime() < until && times.length < MAX_TIMES; at = timing.next(at)) times.push(at);
  const isWhole = at === null || at.getTime() >= until;
  const perHour = isWhole ? spread(times, from, hours) : await countHours(timing, from, hours);
  const { id: scheduleId, name, jobName } = schedule;
  return { scheduleId, name, jobName, times, perHour, total: perHour.reduce((sum, runs) => sum + runs, 0) };
}

function readTiming(schedule: ScheduleRow): Timing | null {
  try {
    return timingOf(schedule);
  } catch {
    return null;
  }
}

function spread(times: Date[], from: Date, hours: number): number[] {
  const perHour = Array<number>(hours).fill(0);
  for (const at of times) {
    const hour = Math.floor((at.getTime() - from.getTime()) / HOUR_MS);
    perHour[hour] = (perHour[hour] ?? 0) + 1;
  }
  return perHour;
}

/** Hundreds of due times at least, so the timing names none of them. */
async function countHours(timing: Timing, from: Date, hours: number): Promise<number[]> {
  const perHour: number[] = [];
  for (let hour = 0; hour < hours; hour++) {
    perHour.push(timing.countHour(new Date(from.getTime() + hour * HOUR_MS)));
    if (hour % HOURS_AT_ONCE === 0) await yieldToEventLoop();
  }
  return perHour;
}
