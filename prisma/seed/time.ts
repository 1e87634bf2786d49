import type { Random } from './random.js';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;
/** The network's history of posts, reactions and new follows. */
export const HISTORY_DAYS = 90;

/** When a person did things: from joining, at most 90 days back, to their last visit. Empty when `until` is earlier. */
export interface ActiveSpan {
  from: number;
  until: number;
}

/** How busy each local hour is, from midnight on: quiet nights, a bump at noon, most in the evening. */
const HOURS = [2, 1, 1, 1, 1, 2, 4, 7, 9, 8, 8, 9, 11, 10, 8, 8, 9, 10, 12, 14, 15, 14, 10, 5];
const BUSIEST = Math.max(...HOURS);

/** A moment within the span, more likely in waking hours at that longitude. Milliseconds since 1970. */
export function momentWithin(span: ActiveSpan, longitude: number, random: Random): number {
  for (let tries = 0; tries < 8; tries++) {
    const moment = Math.floor(random.between(span.from, span.until));
    const localHour = Math.floor((moment / HOUR_MS + longitude / 15 + 24) % 24);
    if (random.chance((HOURS[localHour] ?? 0) / BUSIEST)) return moment;
  }
  return Math.floor(random.between(span.from, span.until));
}

/** A moment soon after `start`, most often within hours; undefined when the span ends before. */
export function momentAfter(start: number, span: ActiveSpan, random: Random): number | undefined {
  const from = Math.max(start + 1_000, span.from);
  if (from >= span.until) return undefined;
  const delay = random.chance(0.8) ? random.exponential(7 * HOUR_MS) : random.exponential(5 * DAY_MS);
  const moment = Math.floor(from + delay);
  return moment <= span.until ? moment : Math.floor(random.between(from, span.until));
}
