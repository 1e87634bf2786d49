import { expect, test } from 'vitest';
import { heatOf } from './heat';

test('takes the mean of each hour of the week, and leaves out what was not measured', () => {
  // 2026-11-23 is a Monday.
  const from = Date.UTC(2026, 10, 23, 22);
  const points: (number | null)[] = Array.from({ length: 2 * 168 }, () => null);
  points[0] = 4;
  points[168] = 6;
  points[1] = null;
  points[2] = 3;
  const heat = heatOf({ from, stepMs: 3_600_000, points }, 'utc');
  expect(heat.map((row) => row.length)).toEqual(Array.from({ length: 7 }, () => 24));
  expect([heat[0]?.[22], heat[0]?.[23], heat[1]?.[0]]).toEqual([5, null, 3]);
  expect(heat.flat().filter((cell) => cell !== null)).toHaveLength(2);
});
