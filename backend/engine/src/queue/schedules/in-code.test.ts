import { expect, it } from 'vitest';
import * as z from 'zod';
import { type AnyJob, type CodeSchedule, defineJob } from '../job.js';
import { createRegistry } from '../registry.js';

const jobOf = (name: string, schedules: CodeSchedule[]): AnyJob =>
  defineJob({
    name,
    description: 'x',
    examples: ['x'],
    algorithmVersion: '1',
    parameters: z.object({ word: z.string().optional() }),
    schedules,
    run: async () => {},
  });

const NIGHTLY = { name: 'nightly', cron: '0 3 * * *', timeZone: 'Europe/Berlin' };

it('fills in what a schedule in code leaves out', () => {
  expect(createRegistry([jobOf('report', [NIGHTLY])]).schedules()).toEqual([
    { ...NIGHTLY, jobName: 'report', parameters: {}, missed: 'once', overlap: 'skip' },
  ]);
});

it.each([
  [{ name: 'Nightly', cron: '0 3 * * *' }, 'schedule "Nightly": name: must begin with a lower case letter'],
  [{ name: 'n', cron: '0 3 30 2 *' }, 'schedule "n": "0 3 30 2 *" never comes due'],
  [{ name: 'n', cron: '0 25 * * *' }, 'schedule "n": The hour field "25" cannot be read'],
  [{ name: 'n', cron: '0 3 * * *', timeZone: 'Mars/Base' }, 'schedule "n": There is no time zone named "Mars/Base".'],
  [{ name: 'n', everyMs: 10 }, 'schedule "n": everyMs: must be at least 1000'],
  [{ name: 'n' }, 'schedule "n": Give either a cron line or an interval.'],
  [
    { name: 'n', everyMs: 5_000, parameters: { word: 3 } },
    'schedule "n": parameters.word: must be a text, not a number',
  ],
])('refuses an invalid schedule in code: %j', (schedule, expected) => {
  expect(() => createRegistry([jobOf('report', [schedule as CodeSchedule])])).toThrow(`Job "report": ${expected}`);
});

it('refuses two schedules of one name', () => {
  expect(() => createRegistry([jobOf('a', [NIGHTLY]), jobOf('b', [NIGHTLY])])).toThrow(
    'Job "b": schedule "nightly" is there twice, also in "a"',
  );
});
