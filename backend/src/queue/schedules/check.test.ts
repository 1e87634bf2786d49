import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cpuTimeMs } from '../../testing/cpu-time.js';
import { findTimingFault } from './check.js';
import { timingOf } from './timing.js';
import { timingInWords } from './words.js';

const NOW = new Date('2026-11-22T10:00:00Z');
const fault = (given: { cron?: string; everyMs?: number; timeZone?: string }) =>
  findTimingFault({ timeZone: 'UTC', ...given }, NOW);

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
])('refuses the line %s', (cron, told) => {
  expect(fault({ cron })).toEqual({ path: 'cron', message: expect.stringContaining(told) });
});

it.each(['Europe/Nowhere', '+02:00', 'UTC+1', 'Berlin', ' ', 'europe berlin'])(
  'refuses the time zone %s',
  (timeZone) => {
    const told = { path: 'timeZone', message: `There is no time zone named "${timeZone}".` };
    expect(fault({ cron: '* * * * *', timeZone })).toEqual(told);
    expect(fault({ everyMs: 5_000, timeZone })).toEqual(told);
  },
);

it('wants a line or an interval, and not both', () => {
  expect(fault({})?.message).toBe('Give either a cron line or an interval.');
  expect(fault({ cron: '* * * * *', everyMs: 5_000 })?.message).toBe('Give a cron line or an interval, not both.');
  expect(fault({ everyMs: 5_000 })).toBeNull();
});

it.each([
  [{ cron: '0 3 * * MON-FRI', timeZone: 'Europe/Berlin' }, 'At 03:00, Monday through Friday (Europe/Berlin)'],
  [{ cron: '*/15 * * * * *' }, 'Every 15 seconds (UTC)'],
  [{ cron: '@daily' }, 'At 00:00 (UTC)'],
  [{ cron: '0 0 13 * FRI' }, 'At 00:00, on day 13 of the month, and on Friday (UTC)'],
  [{ everyMs: 1_000 }, 'Every second'],
  [{ everyMs: 1_500 }, 'Every 1.5 seconds'],
  [{ everyMs: 5_400_000 }, 'Every 90 minutes'],
  [{ everyMs: 86_400_000 }, 'Every day'],
])('says %j in words', (given, words) => {
  expect(timingInWords({ cron: null, everyMs: null, timeZone: 'UTC', ...given })).toBe(words);
});

const item = (texts: string[]) => fc.oneof(fc.constantFrom(...texts), fc.integer({ min: -1, max: 61 }).map(String));
const part = fc
  .tuple(
    item(['*', '?', 'L', 'LW', '15W', 'MON', 'JAN', 'FRI#2', '5L', 'sun-tue', '']),
    fc.constantFrom('', '-', '/', ',', '#'),
    item(['*', '5']),
  )
  .map(([a, joint, b]) => (joint === '' ? a : a + joint + b));

it('says of any line within a moment when it comes due, in words, or why it cannot be', () => {
  fc.assert(
    fc.property(
      fc.array(part, { minLength: 4, maxLength: 7 }),
      fc.constantFrom('UTC', 'America/New_York'),
      (parts, timeZone) => {
        const cron = parts.join(' ');
        const begin = cpuTimeMs();
        const found = fault({ cron, timeZone });
        if (found === null) {
          const spec = { cron, everyMs: null, timeZone, anchorAt: NOW };
          expect(timingOf(spec).next(NOW)?.getTime()).toBeGreaterThan(NOW.getTime());
          expect(timingInWords(spec)).toMatch(/\w/);
        } else expect(found.message).toMatch(/^["A-Z].*[.).]$/);
        expect(cpuTimeMs() - begin).toBeLessThan(1_000);
      },
    ),
    { numRuns: 2_000 },
  );
});
