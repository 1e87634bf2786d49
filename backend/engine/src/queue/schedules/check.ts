import { CronPattern } from 'croner';
import { type ParameterIssue, QueueError } from '../errors.js';
import { timingOf } from './timing.js';

/** A timing as a caller gives it. */
export interface GivenTiming {
  cron?: string;
  everyMs?: number;
  timeZone: string;
}

/** Throws QueueError, with a sentence about the problem and its field, for a timing that can't be stored. */
export function checkTiming(given: GivenTiming, now: Date): void {
  const problem = findTimingProblem(given, now);
  if (problem) throw new QueueError('INVALID_INPUT', problem.message, [problem]);
}

/** What is wrong with a timing, and with which part of it; null for nothing. */
export function findTimingProblem(given: GivenTiming, now: Date): ParameterIssue | null {
  const { cron, everyMs, timeZone } = given;
  if ((cron === undefined) === (everyMs === undefined)) {
    const message =
      cron === undefined ? 'Give either a cron line or an interval.' : 'Give a cron line or an interval, not both.';
    return { path: 'cron', message };
  }
  if (!isTimeZone(timeZone)) return { path: 'timeZone', message: `There is no time zone named "${timeZone}".` };
  if (cron === undefined) return null;
  const problem = findLineProblem(cron);
  if (problem !== null) return { path: 'cron', message: problem };
  if (timingOf({ cron, everyMs: null, timeZone, anchorAt: now }).next(now) !== null) return null;
  return { path: 'cron', message: `"${cron}" never comes due: no date fits it.` };
}

/** Offsets such as +02:00, which some versions of Node accept as time zones, have no daylight saving. */
function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

const FIELDS = [
  { name: 'second', takes: '0-59' },
  { name: 'minute', takes: '0-59' },
  { name: 'hour', takes: '0-23' },
  { name: 'day of month', takes: '1-31, L (the last), 15W (the weekday nearest to the 15th)' },
  { name: 'month', takes: '1-12 or JAN-DEC' },
  { name: 'day of week', takes: '0-7 or SUN-SAT, 1#2 (the second Monday), 5L (the last Friday)' },
];

function findLineProblem(line: string): string | null {
  if (/^@\S+$/.test(line)) {
    return isPattern(line) ? null : `"${line}" is not known: there are @hourly, @daily, @weekly, @monthly and @yearly.`;
  }
  const fields = line.split(/\s+/);
  if (fields.length !== 5 && fields.length !== 6) {
    return `A cron line has five fields, or six with seconds first; "${line}" has ${fields.length}.`;
  }
  const named = FIELDS.slice(6 - fields.length);
  const at = named.findIndex(
    (_field, n) => !isPattern(named.map((_other, m) => (m === n ? fields[n] : '*')).join(' ')),
  );
  const wrong = named[at];
  return wrong === undefined
    ? null
    : `The ${wrong.name} field "${fields[at]}" cannot be read: it takes ${wrong.takes}, *, lists (1,2), ranges (1-5) and steps (*/5).`;
}

function isPattern(line: string): boolean {
  // croner takes a + before the day of week for "and", unlike all others.
  if (line.includes('+')) return false;
  try {
    new CronPattern(line, undefined, { mode: '5-or-6-parts' });
    return true;
  } catch {
    return false;
  }
}
