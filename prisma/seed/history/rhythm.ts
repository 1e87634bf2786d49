import type { Random } from '../random.js';
import { DAY_MS, HOUR_MS, MINUTE_MS, momentWithin } from '../time.js';

/** The stretch that is invented, in milliseconds since 1970. */
export interface Span {
  from: number;
  until: number;
}

/** The last hours are without failures: the verdict on the system judges them, and a first start is no incident. */
export const STABLE_MS = 4 * HOUR_MS;

/** About `perDay` moments a day, most by day, fewer at the weekend, in order. */
export function moments(span: Span, perDay: number, random: Random): number[] {
  const found: number[] = [];
  for (let day = span.from; day < span.until; day += DAY_MS) {
    const isWeekend = [0, 6].includes(new Date(day).getUTCDay());
    const count = Math.round(perDay * (isWeekend ? 0.4 : 1) * random.between(0.8, 1.2));
    for (let n = 0; n < count; n++) found.push(momentWithin({ from: day, until: day + DAY_MS }, 0, random));
  }
  return found.filter((moment) => moment < span.until - 10 * MINUTE_MS).sort((a, b) => a - b);
}

/** The times within the span that are `minute` minutes past midnight (UTC), and every `everyMs` from there. */
export function dueTimes(span: Span, everyMs: number, minute = 0): number[] {
  const first = Math.ceil((span.from - minute * MINUTE_MS) / everyMs) * everyMs + minute * MINUTE_MS;
  const found: number[] = [];
  for (let at = first; at < span.until - 2 * MINUTE_MS; at += everyMs) found.push(at);
  return found;
}
