import { expect, test } from 'vitest';
import { formatInZone } from './zone-time';

test('names the time that a zone has just then, so that the hour that occurs twice is distinguishable', () => {
  expect(formatInZone('2026-10-25T00:30:00Z', 'Europe/Berlin')).toBe('2026-10-25 02:30 CEST');
  expect(formatInZone('2026-10-25T01:30:00Z', 'Europe/Berlin')).toBe('2026-10-25 02:30 CET');
  expect(formatInZone('2026-11-30T18:15:00Z', 'Asia/Kolkata')).toBe('2026-11-30 23:45 GMT+5:30');
  expect(formatInZone('2026-11-30T18:15:00Z', 'UTC')).toBe('2026-11-30 18:15 UTC');
});

test('leaves a time as it is where the zone is unknown here', () => {
  expect(formatInZone('2026-11-30T18:15:00Z', 'Mars/Base')).toBe('2026-11-30T18:15:00Z');
});
