import { expect, test } from 'vitest';
import { localInput, readLocalInput, timeZoneName } from './local-time';

test('a time comes back from the field as it went in, to the minute', () => {
  const at = new Date(2026, 2, 4, 5, 6).getTime();
  expect(localInput(at)).toBe('2026-03-04T05:06');
  expect(readLocalInput(localInput(at))).toBe(new Date(at).toISOString());
});

test.each(['', 'soon', '2026-13-01T00:00'])('%j is no time', (text) => {
  expect(readLocalInput(text)).toBeNull();
});

test('names the zone with its offset', () => {
  expect(timeZoneName()).toContain(Intl.DateTimeFormat().resolvedOptions().timeZone);
});
