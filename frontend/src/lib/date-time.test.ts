import { expect, test } from 'vitest';
import { formatMoment } from './date-time';

const now = new Date(2026, 10, 22, 9, 0).getTime();
const at = (day: number, hour: number) => new Date(2026, 10, day, hour, 2).toISOString();

test('a time of today stands without its day', () => {
  expect(formatMoment(at(22, 14), now)).toBe('14:02');
  expect(formatMoment(at(23, 0), now)).toBe('2026-11-23 00:02');
});
