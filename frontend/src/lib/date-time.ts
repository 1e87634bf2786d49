import { shownZoneName } from './local-time';
import { zoneChoice } from './time-zone';

// Swedish writes dates as the panel does: 2024-01-08 10:23:45. Made once: lists write hundreds of them.
function formatsOf(timeZone: string | undefined) {
  return {
    full: new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium', timeZone }),
    clock: new Intl.DateTimeFormat('sv-SE', { timeStyle: 'medium', timeZone }),
    minutes: new Intl.DateTimeFormat('sv-SE', { timeStyle: 'short', timeZone }),
    day: new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeZone }),
  };
}

const byZone = { local: formatsOf(undefined), utc: formatsOf('UTC') };
const formats = () => byZone[zoneChoice()];

/** The time of day alone: `10:23:45`. */
export const formatClock = (iso: string): string => formats().clock.format(new Date(iso));

/** A future time for people: `14:02` on the day of `now`, otherwise `2024-01-08 14:02`. */
export function formatMoment(iso: string, now: number): string {
  const { day, minutes } = formats();
  const at = new Date(iso);
  const date = day.format(at);
  return date === day.format(now) ? minutes.format(at) : `${date} ${minutes.format(at)}`;
}

/** To the millisecond: `2024-01-08 10:23:45.678`. */
export const formatPreciseTime = (iso: string): string => {
  const milliseconds = new Date(iso).getMilliseconds().toString().padStart(3, '0');
  return `${formatDateTime(iso)}.${milliseconds}`;
};

/** The day alone, in the chosen zone: `2024-01-08`. */
export const formatDay = (iso: string): string => formats().day.format(new Date(iso));

/** What belongs to a time that stands without its zone: the zone that it is in. */
export const withZone = (text: string, iso: string): string => `${text} ${shownZoneName(new Date(iso))}`;

/** A time in the chosen zone: `2024-01-08 10:23:45`. */
export const formatDateTime = (iso: string): string => formats().full.format(new Date(iso));
