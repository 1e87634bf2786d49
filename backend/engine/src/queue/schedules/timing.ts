import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { Cron, CronDate, CronPattern } from 'croner';

/** When a schedule comes due: a cron line read in a time zone, or an interval counted from an anchor. */
export interface TimingSpec {
  cron: string | null;
  everyMs: number | null;
  timeZone: string;
  anchorAt: Date;
}

/** The due times of a schedule. Pure: the same question always has the same answer. */
export interface Timing {
  /** The first due time after this one; null where none ever comes. */
  next(after: Date): Date | null;
  /** The last due time before this one; null where none was. */
  previous(before: Date): Date | null;
  /** How many due times there are from `first` to `last`, both due times themselves. */
  count(first: Date, last: Date): Promise<number>;
  /** How many there are in the hour that begins then, which is a whole one in UTC; not for lines that name their times of day. */
  countHour(begin: Date): number;
}

/** Reads a timing that has been checked. Throws for one that can't be read, or whose time zone is unknown here. */
export function timingOf(spec: TimingSpec): Timing {
  return spec.cron === null ? intervalTiming(spec.everyMs ?? 0, spec.anchorAt) : cronTiming(spec.cron, spec.timeZone);
}

/** The next due times after now; none for a timing that never comes due. */
export function nextTimes(spec: TimingSpec, now: Date, count: number): Date[] {
  const timing = timingOf(spec);
  const times: Date[] = [];
  for (let at = timing.next(now); at !== null && times.length < count; at = timing.next(at)) times.push(at);
  return times;
}

/** The due times from `first`, which is one, up to and including `until`; at most `most`. */
export async function listDueTimes(timing: Timing, first: Date | null, until: Date, most: number): Promise<Date[]> {
  const times: Date[] = [];
  for (let at = first; at !== null && at <= until && times.length < most; at = timing.next(at)) {
    times.push(at);
    await yieldNowAndThen(times.length);
  }
  return times;
}

/**
 * Finding a due time of a cron line takes up to a tenth of a millisecond; thousands of them must not block the event
 * loop.
 */
const yieldNowAndThen = (steps: number) => (steps % 100 === 0 ? yieldToEventLoop() : undefined);

function intervalTiming(everyMs: number, anchorAt: Date): Timing {
  const anchor = anchorAt.getTime();
  /** Due times before a moment. */
  const upTo = (ms: number) => Math.max(0, Math.ceil((ms - anchor) / everyMs) - 1);
  const nth = (n: number) => (n < 1 ? null : new Date(anchor + n * everyMs));
  return {
    next: (after) => nth(Math.max(1, Math.floor((after.getTime() - anchor) / everyMs) + 1)),
    previous: (before) => nth(Math.ceil((before.getTime() - anchor) / everyMs) - 1),
    count: async (first, last) => Math.round((last.getTime() - first.getTime()) / everyMs) + 1,
    countHour: (begin) => upTo(begin.getTime() + 4 * QUARTER_MS) - upTo(begin.getTime()),
  };
}

function cronTiming(line: string, timeZone: string): Timing {
  const options = { mode: MODE, fixedTimeRule: ruleOf(line) } as const;
  const cron = new Cron(line, { ...options, timezone: timeZone });
  let read: CronPattern | undefined;
  // Most callers need only the next time.
  const pattern = () => {
    read ??= new CronPattern(line, timeZone, options);
    return read;
  };
  return {
    next: (after) => cron.nextRun(after),
    previous: (before) => cron.previousRuns(1, before)[0] ?? null,
    count: (first, last) => countCron(cron, pattern(), first, last),
    countHour: (begin) =>
      [0, 1, 2, 3].reduce((sum, n) => sum + countIfDue(cron, pattern(), begin.getTime() + n * QUARTER_MS), 0),
  };
}

const MODE = '5-or-6-parts';
/** A line may name so many times of a day, and is still a list of times rather than an interval in disguise. */
const MAX_NAMED_TIMES = 24;

/**
 * What daylight saving does to a line. One that names its times of day (no `*` and no step in second, minute and
 * hour, at most 24 times) runs once at each of them every day: a time that the clock leaps over comes right after the
 * leap, and of one that comes twice the first counts. Any other is an interval, and runs through: it has nothing
 * while the clock leaps, and both passes of an hour that comes twice.
 */
function ruleOf(line: string): 'no-wildcard' | 'single-value' {
  const { second, minute, hour } = new CronPattern(line, undefined, { mode: MODE });
  return many(second) * many(minute) * many(hour) <= MAX_NAMED_TIMES ? 'no-wildcard' : 'single-value';
}

/** Whether a line names its times of day, at most 24 of them; any other is an interval. */
export const hasNamedTimes = (line: string): boolean =>
  new CronPattern(line, undefined, { mode: MODE, fixedTimeRule: ruleOf(line) }).isFixedTime;

const many = (matches: number[]): number => matches.filter((match) => match !== 0).length;

const QUARTER_MS = 15 * 60_000;

/**
 * Steps from quarter to quarter of an hour rather than from second to second: clocks are put forward and back between
 * quarters, so all of one is at the same hour of the same day. A list of times is stepped through; it is sparse.
 */
async function countCron(cron: Cron, pattern: CronPattern, first: Date, last: Date): Promise<number> {
  let counted = 0;
  let steps = 0;
  let at: Date | null = first;
  while (at !== null && at <= last) {
    const end = endOfQuarter(at);
    const isLeapt = !pattern.isFixedTime && at.getTime() >= endOfQuarter(first) && end <= last.getTime();
    counted += isLeapt ? countQuarter(pattern, at) : 1;
    at = cron.nextRun(isLeapt ? new Date(end - 1_000) : at);
    await yieldNowAndThen(++steps);
  }
  return counted;
}

function countIfDue(cron: Cron, pattern: CronPattern, begin: number): number {
  const at = cron.nextRun(new Date(begin - 1_000));
  return at !== null && at.getTime() < begin + QUARTER_MS ? countQuarter(pattern, at) : 0;
}

const endOfQuarter = (at: Date): number => (Math.floor(at.getTime() / QUARTER_MS) + 1) * QUARTER_MS;

function countQuarter(pattern: CronPattern, at: Date): number {
  const { minute } = new CronDate(at, pattern.timezone);
  const begin = minute - (minute % 15);
  return many(pattern.minute.slice(begin, begin + 15)) * many(pattern.second);
}
