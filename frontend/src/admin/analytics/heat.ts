import type { ZoneChoice } from '../../lib/time-zone';

const HOURS = 24;
const DAYS = 7;

/** Monday first, as weeks are planned. */
export const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;

interface Measured {
  from: number;
  stepMs: number;
  points: readonly (number | null)[];
}

/** The mean of what was measured in each hour of the week, by weekday and hour in a time zone; null where nothing was. */
export function heatOf({ from, stepMs, points }: Measured, zone: ZoneChoice): (number | null)[][] {
  const cells = Array.from({ length: DAYS }, () => Array.from({ length: HOURS }, () => ({ sum: 0, count: 0 })));
  for (const [index, point] of points.entries()) {
    if (point === null) continue;
    const { day, hour } = placeOf(new Date(from + index * stepMs), zone);
    const cell = cells[day]?.[hour];
    if (!cell) continue;
    cell.sum += point;
    cell.count += 1;
  }
  return cells.map((row) => row.map(({ sum, count }) => (count === 0 ? null : sum / count)));
}

function placeOf(at: Date, zone: ZoneChoice): { day: number; hour: number } {
  const [day, hour] = zone === 'utc' ? [at.getUTCDay(), at.getUTCHours()] : [at.getDay(), at.getHours()];
  return { day: (day + DAYS - 1) % DAYS, hour };
}
