import { CronPattern } from 'croner';
import cronstrue from 'cronstrue';
import type { TimingSpec } from './timing.js';

/** Describes a timing: `At 03:00, Monday through Friday (Europe/Berlin)`, `Every 90 minutes`. */
export function describeTiming({ cron, everyMs, timeZone }: Omit<TimingSpec, 'anchorAt'>): string {
  if (cron === null) return describeInterval(everyMs ?? 0);
  return `${describeCron(cron)} (${timeZone})`;
}

const UNITS = [
  { name: 'day', ms: 86_400_000 },
  { name: 'hour', ms: 3_600_000 },
  { name: 'minute', ms: 60_000 },
  { name: 'second', ms: 1_000 },
];

/** In the largest unit that needs no fraction. */
function describeInterval(everyMs: number): string {
  const { name, ms } = UNITS.find((unit) => everyMs % unit.ms === 0) ?? { name: 'second', ms: 1_000 };
  return everyUnit(everyMs / ms, name);
}

const everyUnit = (many: number, name: string): string =>
  many === 1 ? `Every ${name}` : `Every ${many.toLocaleString('en')} ${name}s`;

/**
 * The times of day come from the real due times of the line, because "every 45 minutes" does not describe a step that
 * starts over with each hour. cronstrue describes the days; it gets no such steps.
 */
function describeCron(line: string): string {
  const pattern = new CronPattern(line, undefined, { mode: '5-or-6-parts' });
  const [seconds, minutes, hours] = [matches(pattern.second), matches(pattern.minute), matches(pattern.hour)];
  const times = describeTimes(seconds, minutes, hours);
  return `${times.charAt(0).toUpperCase()}${times.slice(1)}${describeDays(line, pattern)}`;
}

const matches = (field: number[]): number[] => field.flatMap((match, n) => (match === 0 ? [] : [n]));

/** More times of day than this are described as a rule, not one by one; as many as `timing.ts` takes for named ones. */
const MAX_LISTED = 24;

function describeTimes(seconds: number[], minutes: number[], hours: number[]): string {
  const isOnTheHour = isZero(seconds) && isZero(minutes);
  const step = stepOf(hours, 24);
  if (isOnTheHour && step !== null && hours.length > 1) return everyUnit(step, 'hour');
  if (isZero(seconds) && minutes.length === 1 && hours.length > 2 && hours.length < 24 && isRange(hours))
    return `every hour from ${clock(hours[0], minutes[0])} to ${clock(hours.at(-1), minutes[0])}`;
  if (hours.length < 24 && seconds.length * minutes.length * hours.length <= MAX_LISTED)
    return `at ${listed(hours.flatMap((h) => minutes.flatMap((m) => seconds.map((s) => clock(h, m, isZero(seconds) ? undefined : s)))))}`;
  return describeRule(seconds, minutes, hours);
}

/** `every 10 seconds, in minutes 0 to 9, between 09:00 and 17:59`, without the parts that match everything. */
function describeRule(seconds: number[], minutes: number[], hours: number[]): string {
  const second = isZero(seconds) ? null : partOf(seconds, 60, 'second');
  const isEveryMinute = minutes.length === 60;
  const minute =
    second === null ? partOf(minutes, 60, 'minute') : isEveryMinute ? null : `in ${numbered(minutes, 'minute')}`;
  const isCounted = (second ?? minute)?.startsWith('at ') ?? false;
  const parts = [second && isCounted && isEveryMinute ? `${second} of every minute` : second, minute].filter(
    (part) => part !== null,
  );
  if (hours.length === 24) {
    const isOfHour = parts.at(-1) === minute && minute !== null && !minute.startsWith('every');
    return `${parts.join(', ')}${isOfHour ? ' of every hour' : ''}`;
  }
  const hour = isRange(hours)
    ? `between ${clock(hours[0], 0)} and ${clock(hours.at(-1), 59)}`
    : `in the hours ${listed(hours.map(twoDigits))}`;
  return [...parts, hour].join(', ');
}

/** `every 5 minutes` where that holds without end, else `at minutes 0 and 45`. */
function partOf(values: number[], size: number, name: string): string {
  const step = stepOf(values, size);
  if (step !== null && values.length > 1) return everyUnit(step, name).toLowerCase();
  return `at ${numbered(values, name)}`;
}

const numbered = (values: number[], name: string): string =>
  values.length > 2 && isRange(values)
    ? `${name}s ${values[0]} to ${values.at(-1)}`
    : `${name}${values.length === 1 ? '' : 's'} ${listed(values.map(String))}`;

const isZero = (values: number[]): boolean => values.length === 1 && values[0] === 0;
const isRange = (values: number[]): boolean => (values.at(-1) ?? 0) - (values[0] ?? 0) === values.length - 1;

/** The distance of values that follow one another at the same distance, from 0 and over the end; null for others. */
function stepOf(values: number[], size: number): number | null {
  const step = size / values.length;
  return values.every((value, n) => value === n * step) ? step : null;
}

const twoDigits = (value = 0): string => String(value).padStart(2, '0');
const clock = (hour = 0, minute = 0, second?: number): string =>
  [hour, minute, ...(second === undefined ? [] : [second])].map(twoDigits).join(':');

const listed = (items: string[]): string =>
  items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;

/** The days of a line as an ending of the sentence; nothing for every day. */
function describeDays(line: string, pattern: CronPattern): string {
  if (line.startsWith('@'))
    return formatDays(
      { '@weekly': '* * 0', '@monthly': '1 * *', '@yearly': '1 1 *', '@annually': '1 1 *' }[line.toLowerCase()] ??
        '* * *',
    );
  const [day = '*', month = '*', weekday = '*'] = line.toUpperCase().split(/\s+/).slice(-3);
  const days = /[LW]/.test(day)
    ? day
    : formatField(
        day,
        matches(pattern.day).map((n) => n + 1),
        31,
      );
  const weekdays = /[L#]/.test(weekday) ? weekday : formatField(weekday, matches(pattern.dayOfWeek), 7);
  const months = formatField(
    month,
    matches(pattern.month).map((n) => n + 1),
    12,
  );
  const [inMonths, onDays, onWeekdays] = [
    formatDays(`* ${months} *`),
    formatDays(`${days} * *`),
    formatDays(`* * ${weekdays}`),
  ];
  if (isStar(day) || isStar(weekday)) return onDays + onWeekdays + inMonths;
  // With both, either will do, as in cron and croner.
  if (onDays === '' || onWeekdays === '') return inMonths;
  return `${onDays} or ${onWeekdays.replace(/^, (only )?/, '')}${inMonths}`;
}

const isStar = (field: string): boolean => field === '*' || field === '?';

/** A field as it is, but for steps: they start over with each month, year and week. `*` for all of its values. */
function formatField(field: string, values: number[], size: number): string {
  if (values.length === size) return '*';
  return field.includes('/') ? values.join(',') : field;
}

const formatDays = (fields: string): string =>
  cronstrue.toString(`0 0 ${fields}`, { use24HourTimeFormat: true }).replace(/^At 00:00/, '');
