import { timeZoneName } from './local-time';

// Swedish writes dates as the panel does: 2024-01-08 10:23:45.
const format = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium' });

const clock = new Intl.DateTimeFormat('sv-SE', { timeStyle: 'medium' });

/** The time of day alone: `10:23:45`. */
export const formatClock = (iso: string): string => clock.format(new Date(iso));

const minutes = new Intl.DateTimeFormat('sv-SE', { timeStyle: 'short' });
const day = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short' });

/** A time to come as people say it: `14:02` on the day of `now`, otherwise `2024-01-08 14:02`. */
export function formatMoment(iso: string, now: number): string {
  const at = new Date(iso);
  const date = day.format(at);
  return date === day.format(now) ? minutes.format(at) : `${date} ${minutes.format(at)}`;
}

/** To the millisecond: `2024-01-08 10:23:45.678`. */
export const formatPreciseTime = (iso: string): string => {
  const milliseconds = new Date(iso).getMilliseconds().toString().padStart(3, '0');
  return `${formatDateTime(iso)}.${milliseconds}`;
};

/** The day alone, in the reader's zone: `2024-01-08`. */
export const formatDay = (iso: string): string => day.format(new Date(iso));

/** What belongs to a time that stands without its zone: the zone that it is in. */
export const withZone = (text: string, iso: string): string => `${text} ${timeZoneName(new Date(iso))}`;

/** A time in the reader's zone: `2024-01-08 10:23:45`. */
export const formatDateTime = (iso: string): string => format.format(new Date(iso));
