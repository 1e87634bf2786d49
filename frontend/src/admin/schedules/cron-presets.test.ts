import { expect, it } from 'vitest';
import { changeKind, cronOf, type Preset, presetOf } from './cron-presets';

it.each<[string, Preset]>([
  ['* * * * *', { kind: 'minutes', every: 1 }],
  ['*/15 * * * *', { kind: 'minutes', every: 15 }],
  ['5 * * * *', { kind: 'hours', every: 1, minute: 5 }],
  ['0 */6 * * *', { kind: 'hours', every: 6, minute: 0 }],
  ['30 2 * * *', { kind: 'daily', time: '02:30' }],
  ['0 9 * * 1-5', { kind: 'weekdays', time: '09:00' }],
  ['0 9 * * 1', { kind: 'weekly', day: 1, time: '09:00' }],
  ['0 0 15 * *', { kind: 'monthly', date: 15, time: '00:00' }],
])('"%s" and its fields write each other', (line, preset) => {
  expect(presetOf(line)).toEqual(preset);
  expect(cronOf(preset)).toBe(line);
});

it.each(['0 9 1 * 1', '0 9,18 * * *', '*/10 8-17 * * *', '@daily', '0 0 3 * * *', '0 25 * * *', ''])(
  '"%s" is a line of its own',
  (line) => {
    expect(presetOf(line)).toEqual({ kind: 'cron' });
  },
);

it('keeps the time of day where both kinds have one', () => {
  expect(changeKind({ kind: 'daily', time: '07:45' }, 'weekly')).toEqual({ kind: 'weekly', day: 1, time: '07:45' });
});
