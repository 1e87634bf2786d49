import { afterEach, expect, test } from 'vitest';
import { localInput, shownZoneName, timeZoneName } from './local-time';
import { dayAfter, endOfDay, readLocalInput, startOfDay } from './read-time';
import { switchZone, zoneChoice } from './time-zone';

afterEach(() => {
  if (zoneChoice() === 'utc') switchZone();
});

test('a time comes back from the field as it went in, to the minute', () => {
  const at = new Date(2026, 2, 4, 5, 6).getTime();
  expect(localInput(at)).toBe('2026-03-04T05:06');
  expect(readLocalInput(localInput(at))).toBe(new Date(at).toISOString());
});

test.each(['', 'soon', '2026-13-01T00:00', '2026-02-30 10:00', '2026-12-24 24:10', '12/24/2026', 'run 1'])(
  '%j is no time',
  (text) => {
    expect(readLocalInput(text)).toBeNull();
  },
);

test('names the zone with its offset', () => {
  expect(timeZoneName()).toContain(Intl.DateTimeFormat().resolvedOptions().timeZone);
});

test.each([
  ['2026-12-24 18:00', new Date(2026, 11, 24, 18).toISOString()],
  [' 2026-12-24 ', new Date(2026, 11, 24).toISOString()],
  ['2026-12-24 9:05', new Date(2026, 11, 24, 9, 5).toISOString()],
  ['2026-12-24T18:00:00+01:00', '2026-12-24T17:00:00.000Z'],
])('reads %j as people type it', (text, time) => {
  expect(readLocalInput(text)).toBe(time);
});

test('is typed in UTC where the panel shows UTC', () => {
  expect(shownZoneName()).toBe(timeZoneName());
  switchZone();
  expect(shownZoneName()).toBe('UTC');
  expect(localInput(Date.UTC(2026, 2, 4, 5, 6))).toBe('2026-03-04T05:06');
  expect(readLocalInput('2026-03-04 05:06')).toBe('2026-03-04T05:06:00.000Z');
  expect(startOfDay('2026-03-04')).toBe('2026-03-04T00:00:00.000Z');
  expect(endOfDay('2026-03-04')).toBe('2026-03-04T23:59:59.999Z');
});

test('a day ends where the next begins, and one that does not exist has no end', () => {
  expect(endOfDay('2026-02-28')).toBe(new Date(new Date(2026, 2, 1).getTime() - 1).toISOString());
  expect(endOfDay('2026-02-30')).toBeUndefined();
  expect(dayAfter('2026-12-31')).toBe('2027-01-01');
});
