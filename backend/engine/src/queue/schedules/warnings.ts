import type { ScheduleWarning } from '@job-manager/shared/contract/schedules';
import { hasNamedTimes, type TimingSpec, timingOf } from './timing.js';

/** A timing that comes due more often than this in a day is pointed out. */
const MANY_A_DAY = 5_000;
const DAY_MS = 86_400_000;

/** What a person should know about a timing before saving it: what clock changes do to it within a year, and how many runs it makes. */
export async function timingWarnings(spec: TimingSpec, now: Date, meanMs: number | null): Promise<ScheduleWarning[]> {
  const timing = timingOf(spec);
  const first = timing.next(now);
  const until = new Date(now.getTime() + DAY_MS);
  const last = timing.previous(until);
  const perDay = first === null || last === null || first > last ? 0 : await timing.count(first, last);
  const warnings: ScheduleWarning[] = [];
  if (perDay >= MANY_A_DAY)
    warnings.push({ kind: 'many', message: `It makes ${perDay.toLocaleString('en')} runs a day.` });
  const second = first === null ? null : timing.next(first);
  const gapMs = first === null || second === null ? null : second.getTime() - first.getTime();
  if (meanMs !== null && gapMs !== null && meanMs > gapMs) {
    const message = `A run of this job takes ${formatDuration(meanMs)} on average, and this comes due every ${formatDuration(gapMs)}.`;
    warnings.push({ kind: 'longer', message });
  }
  return [...warnings, ...clockWarnings(spec, now)];
}

const formatDuration = (ms: number): string =>
  ms < 120_000
    ? `${Math.round(ms / 1_000)} s`
    : ms < 7_200_000
      ? `${Math.round(ms / 60_000)} min`
      : `${Math.round(ms / 3_600_000)} h`;

/** What the next changes of the clock do to a line that names its times of day; an interval runs through. */
function clockWarnings(spec: TimingSpec, now: Date): ScheduleWarning[] {
  if (spec.cron === null || !hasNamedTimes(spec.cron)) return [];
  // The same line where the clock is never changed: its due times are those that stand on the wall.
  const onTheWall = timingOf({ ...spec, timeZone: 'UTC' });
  return clockChanges(spec.timeZone, now).flatMap(({ at, before, after }): ScheduleWarning[] => {
    const [from, to] = [at.getTime() + Math.min(before, after), at.getTime() + Math.max(before, after)];
    const due = onTheWall.next(new Date(from - 1));
    if (due === null || due.getTime() >= to) return [];
    const [date, time] = [due.toISOString().slice(0, 10), due.toISOString().slice(11, 16)];
    return after > before
      ? [
          {
            kind: 'skipped',
            message: `On ${date} the clock is put forward and has no ${time}: it runs right after that.`,
          },
        ]
      : [
          {
            kind: 'doubled',
            message: `On ${date} the clock is put back and has ${time} twice: it runs the first time.`,
          },
        ];
  });
}

interface ClockChange {
  at: Date;
  /** Offsets from UTC, in milliseconds. */
  before: number;
  after: number;
}

const DAYS_AHEAD = 366;
const MAX_CHANGES = 2;

/** The next changes of the clock in a time zone, to the minute. */
function clockChanges(timeZone: string, now: Date): ClockChange[] {
  const offsetAt = offsetsOf(timeZone);
  const changes: ClockChange[] = [];
  let [from, before] = [Math.floor(now.getTime() / 60_000) * 60_000, offsetAt(now.getTime())];
  for (let day = 0; day < DAYS_AHEAD && changes.length < MAX_CHANGES; day++, from += DAY_MS) {
    const after = offsetAt(from + DAY_MS);
    if (after === before) continue;
    let [low, high] = [from, from + DAY_MS];
    while (high - low > 60_000) {
      const middle = Math.floor((low + high) / 120_000) * 60_000;
      if (offsetAt(middle) === before) low = middle;
      else high = middle;
    }
    changes.push({ at: new Date(high), before, after });
    before = after;
  }
  return changes;
}

function offsetsOf(timeZone: string): (at: number) => number {
  const format = new Intl.DateTimeFormat('en', {
    ...{ timeZone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric' },
    ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
  });
  return (at) => {
    const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1_000) * 1_000;
  };
}
