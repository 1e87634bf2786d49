import { expect, test } from 'vitest';
import { localInput, timeZoneName } from './local-time';
import { readLocalInput } from './read-time';

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
