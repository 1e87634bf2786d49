import { formatDateTime } from './date-time';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Ranges that end now, and how long they are. */
const widths = { '1h': HOUR, '6h': 6 * HOUR, '24h': DAY, '7d': 7 * DAY, '30d': 30 * DAY, '90d': 90 * DAY } as const;

export const rangeNames = Object.keys(widths) as RangeName[];
export type RangeName = keyof typeof widths;

/** A range that ends now, or one between two moments, in milliseconds since 1970. */
export type TimeRange = RangeName | { from: number; to: number };

/** Times that may be open at either end. */
export type OpenRange = RangeName | { from?: number; to?: number };

/** Its ends by the API; one that ends now is taken from `now` back. */
export function boundsOf(range: OpenRange, now: number): { from?: string; to?: string } {
  if (typeof range === 'string') return { from: isoOf(now - widths[range]) };
  return {
    ...(range.from !== undefined && { from: isoOf(range.from) }),
    ...(range.to !== undefined && { to: isoOf(range.to) }),
  };
}

/** How long a range that ends now is, in milliseconds. */
export const widthOf = (range: RangeName): number => widths[range];

const isoOf = (ms: number): string => new Date(ms).toISOString();

const spelled = {
  '1h': 'the last hour',
  '6h': 'the last 6 hours',
  '24h': 'the last 24 hours',
  '7d': 'the last 7 days',
  '30d': 'the last 30 days',
  '90d': 'the last 90 days',
} as const satisfies Record<RangeName, string>;

export const spellRange = (range: RangeName): string => spelled[range];

/** When something happened, after its verb: `in the last hour`, `from 2026-11-29 11:00 to 12:00`. */
export function describeTime(range: OpenRange): string {
  if (typeof range === 'string') return `in ${spelled[range]}`;
  const { from, to } = range;
  if (from === undefined) return to === undefined ? 'at any time' : `before ${toMinutes(to)}`;
  if (to === undefined) return `since ${toMinutes(from)}`;
  const [begin, end] = [toMinutes(from), toMinutes(to)];
  const [day] = begin.split(' ');
  return `from ${begin} to ${end.startsWith(`${day} `) ? end.slice(`${day} `.length) : end}`;
}

export const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const toMinutes = (ms: number): string => formatDateTime(isoOf(ms)).slice(0, 'yyyy-mm-dd hh:mm'.length);
