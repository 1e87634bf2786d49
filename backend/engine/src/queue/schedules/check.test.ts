import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cpuTimeMs } from '../../testing/cpu-time.js';
import { size } from '../../testing/size.js';
import { findTimingProblem } from './check.js';
import { describeTiming } from './describe-timing.js';
import { timingOf } from './timing.js';

const NOW = new Date('2026-11-22T10:00:00Z');
const problem = (given: { cron?: string; everyMs?: number; timeZone?: string }) =>
  findTimingProblem({ timeZone: 'UTC', ...given }, NOW);

it.each([
  ['* * *', 'A cron line has five fields, or six with seconds first; "* * *" has 3.'],
  ['0 0 0 1 1 1 2027', 'A cron line has five fields, or six with seconds first; "0 0 0 1 1 1 2027" has 7.'],
  ['2026-01-01T00:00:00', 'A cron line has five fields, or six with seconds first; "2026-01-01T00:00:00" has 1.'],
  ['61 * * * *', 'The minute field "61" cannot be read: it takes 0-59'],
  ['12:00 * * * *', 'The minute field "12:00" cannot be read'],
  ['-1 * * * *', 'The minute field "-1" cannot be read'],
  ['*/0 * * * *', 'The minute field "*/0" cannot be read'],
  ['1,,2 * * * *', 'The minute field "1,,2" cannot be read'],
  ['60 * * * * *', 'The second field "60" cannot be read'],
  ['* 25 * * *', 'The hour field "25" cannot be read: it takes 0-23'],
  ['* 5-1 * * *', 'The hour field "5-1" cannot be read'],
  ['* * 32 * *', 'The day of month field "32" cannot be read: it takes 1-31'],
  ['0 0 * FOO *', 'The month field "FOO" cannot be read: it takes 1-12 or JAN-DEC'],
  ['0 0 * * 8', 'The day of week field "8" cannot be read: it takes 0-7 or SUN-SAT'],
  ['0 0 * * 1#9', 'The day of week field "1#9" cannot be read'],
  ['0 0 1 * +MON', 'The day of week field "+MON" cannot be read'],
  ['@reboot', '"@reboot" is not known: there are @hourly, @daily'],
  ['0 0 30 2 *', '"0 0 30 2 *" never comes due: no date fits it.'],
  ['0 0 31 4,6 *', '"0 0 31 4,6 *" never comes due'],
])('refuses the line %s', (cron, expected) => {
  expect(problem({ cron })).toEqual({ path: 'cron', message: expect.stringContaining(expected) });
});

it.each(['Europe/Nowhere', '+02:00', 'UTC+1', 'Berlin', ' ', 'europe berlin'])(
  'refuses the time zone %s',
  (timeZone) => {
    const expected = { path: 'timeZone', message: `There is no time zone named "${timeZone}".` };
    expect(problem({ cron: '* * * * *', timeZone })).toEqual(expected);
    expect(problem({ everyMs: 5_000, timeZone })).toEqual(expected);
  },
);

it('wants a line or an interval, and not both', () => {
  expect(problem({})?.message).toBe('Give either a cron line or an interval.');
  expect(problem({ cron: '* * * * *', everyMs: 5_000 })?.message).toBe('Give a cron line or an interval, not both.');
  expect(problem({ everyMs: 5_000 })).toBeNull();
});

it.each([
  [{ cron: '0 3 * * MON-FRI', timeZone: 'Europe/Berlin' }, 'At 03:00, Monday through Friday (Europe/Berlin)'],
  [{ cron: '*/15 * * * * *' }, 'Every 15 seconds (UTC)'],
  [{ cron: '@daily' }, 'At 00:00 (UTC)'],
  [{ cron: '0 0 13 * FRI' }, 'At 00:00, on day 13 of the month or on Friday (UTC)'],
  [{ cron: '*/45 * * * *' }, 'At minutes 0 and 45 of every hour (UTC)'],
  [{ cron: '*/20 * * * *' }, 'Every 20 minutes (UTC)'],
  [{ cron: '0 */5 * * *' }, 'At 00:00, 05:00, 10:00, 15:00 and 20:00 (UTC)'],
  [{ cron: '0 */6 * * *' }, 'Every 6 hours (UTC)'],
  [{ cron: '*/50 * * * * *' }, 'At seconds 0 and 50 of every minute (UTC)'],
  [{ cron: '* */8 * * *' }, 'Every minute, in the hours 00, 08 and 16 (UTC)'],
  [{ cron: '*/10 9-17 * * 1-5' }, 'Every 10 minutes, between 09:00 and 17:59, Monday through Friday (UTC)'],
  [{ cron: '0 0 */10 * *' }, 'At 00:00, on day 1, 11, 21, and 31 of the month (UTC)'],
  [{ cron: '0 0 */15 * 1' }, 'At 00:00, on day 1, 16, and 31 of the month or on Monday (UTC)'],
  [{ cron: '0 0 1-7 6 1' }, 'At 00:00, between day 1 and 7 of the month or on Monday, only in June (UTC)'],
  // Every day is one of them.
  [{ cron: '0 0 1-31 * 1' }, 'At 00:00 (UTC)'],
  [{ cron: '0 0 * */5 *' }, 'At 00:00, only in January, June, and November (UTC)'],
  [{ cron: '0 0 * * */3' }, 'At 00:00, only on Sunday, Wednesday, and Saturday (UTC)'],
  [{ cron: '0 0 L * *' }, 'At 00:00, on the last day of the month (UTC)'],
  [{ cron: '0 0 * * 1#2' }, 'At 00:00, on the second Monday of the month (UTC)'],
  [{ cron: '@monthly' }, 'At 00:00, on day 1 of the month (UTC)'],
  [{ everyMs: 1_000 }, 'Every second'],
  [{ everyMs: 1_500 }, 'Every 1.5 seconds'],
  [{ everyMs: 5_400_000 }, 'Every 90 minutes'],
  [{ everyMs: 86_400_000 }, 'Every day'],
])('describes %j', (given, text) => {
  expect(describeTiming({ cron: null, everyMs: null, timeZone: 'UTC', ...given })).toBe(text);
});

const item = (texts: string[]) => fc.oneof(fc.constantFrom(...texts), fc.integer({ min: -1, max: 61 }).map(String));
const part = fc
  .tuple(
    item(['*', '?', 'L', 'LW', '15W', 'MON', 'JAN', 'FRI#2', '5L', 'sun-tue', '']),
    fc.constantFrom('', '-', '/', ',', '#'),
    item(['*', '5']),
  )
  .map(([a, joint, b]) => (joint === '' ? a : a + joint + b));

it('describes quickly when any line comes due, or why it is invalid', () => {
  fc.assert(
    fc.property(
      fc.array(part, { minLength: 4, maxLength: 7 }),
      fc.constantFrom('UTC', 'America/New_York'),
      (parts, timeZone) => {
        const cron = parts.join(' ');
        const begin = cpuTimeMs();
        const found = problem({ cron, timeZone });
        if (found === null) {
          const spec = { cron, everyMs: null, timeZone, anchorAt: NOW };
          expect(timingOf(spec).next(NOW)?.getTime()).toBeGreaterThan(NOW.getTime());
          expect(describeTiming(spec)).toMatch(/\w/);
        } else expect(found.message).toMatch(/^["A-Z].*[.).]$/);
        expect(cpuTimeMs() - begin).toBeLessThan(1_000);
      },
    ),
    { numRuns: size(600, 2_000) },
  );
});

const range = (most: number) =>
  fc
    .tuple(fc.integer({ min: 0, max: most }), fc.integer({ min: 0, max: most }))
    .map(([a, b]) => (a < b ? `${a}-${b}` : `${b}-${a}`));
const field = (most: number) =>
  fc.oneof(
    fc.constant('*'),
    fc.integer({ min: 0, max: most }).map(String),
    fc.uniqueArray(fc.integer({ min: 0, max: most }), { minLength: 2, maxLength: 4 }).map((list) => list.join(',')),
    fc
      .tuple(fc.oneof(fc.constant('*'), range(most)), fc.integer({ min: 1, max: most }))
      .map(([of, step]) => `${of}/${step}`),
  );
const UNIT_MS = { second: 1_000, minute: 60_000, hour: 3_600_000 };

/** Chance alone may draw none of some kind. */
const ONE_OF_EACH_KIND: [string, string, string][] = [
  ['', '*/10', '*'],
  ['', '5,50', '*'],
  ['0 ', '5', '7,9'],
  ['*/7 ', '5', '7'],
];

it('names times of day that are the real due times', () => {
  const kinds = new Set<string>();
  fc.assert(
    fc.property(fc.constantFrom('', '0 ', '*/7 '), field(59), field(23), (second, minute, hour) => {
      const cron = `${second}${minute} ${hour} * * *`;
      const timing = timingOf({ cron, everyMs: null, timeZone: 'UTC', anchorAt: NOW });
      const text = describeTiming({ cron, everyMs: null, timeZone: 'UTC' });
      const day = Date.parse('2026-11-23T00:00:00Z');
      const due: string[] = [];
      const gaps = new Set<number>();
      let at = timing.next(new Date(day - 1));
      for (let n = 0; at !== null && at.getTime() < day + 86_400_000 && n < 250; n++) {
        due.push(at.toISOString().slice(11, 19));
        const next = timing.next(at);
        if (next) gaps.add(next.getTime() - at.getTime());
        at = next;
      }
      const every = /^Every (?:(\d+) )?(second|minute|hour)s? \(/.exec(text);
      const minutes = /^At minutes? ([\d, and]+) of every hour \(/.exec(text);
      const times = /^At ([\d:, and]+) \(/.exec(text);
      const numbers = (text = '') => text.split(/, | and /);
      if (every) expect([...gaps]).toEqual([Number(every[1] ?? 1) * UNIT_MS[every[2] as keyof typeof UNIT_MS]]);
      else if (minutes)
        expect([...new Set(due.map((time) => String(Number(time.slice(3, 5)))))]).toEqual(numbers(minutes[1]));
      else if (times)
        expect(due.map((time) => time.replace(/:00$/, ''))).toEqual(
          numbers(times[1]).map((time) => time.replace(/^(.{5}):00$/, '$1')),
        );
      kinds.add(every ? 'every' : minutes ? 'minutes' : times ? 'times' : 'other');
    }),
    { numRuns: size(50, 600), examples: ONE_OF_EACH_KIND },
  );
  expect([...kinds].sort()).toEqual(['every', 'minutes', 'other', 'times']);
});
