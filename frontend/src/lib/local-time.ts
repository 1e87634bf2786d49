import { zoneChoice } from './time-zone';

// Times in the zone that the panel shows, as people type them: without a zone of their own.

/** A time as it is typed, to the minute: `2024-01-08T14:02`. */
export function localInput(at: number): string {
  const time = new Date(at);
  if (zoneChoice() === 'utc') return time.toISOString().slice(0, 16);
  const date = [time.getFullYear(), time.getMonth() + 1, time.getDate()].map(twoDigits).join('-');
  return `${date}T${twoDigits(time.getHours())}:${twoDigits(time.getMinutes())}`;
}

const twoDigits = (part: number): string => String(part).padStart(2, '0');

// Made once: lists of hundreds of times name the zone of each.
const zone = new Intl.DateTimeFormat('en', { timeZoneName: 'shortOffset' });

/** The reader's zone as they know it, with its offset where it has one: `Europe/Berlin (GMT+1)`. */
export function timeZoneName(now = new Date()): string {
  const offset = zone.formatToParts(now).find(({ type }) => type === 'timeZoneName')?.value;
  const { timeZone } = zone.resolvedOptions();
  return offset === undefined || /^GMT([+-]0)?$/.test(offset) ? timeZone : `${timeZone} (${offset})`;
}

/** The zone that times are shown and typed in: the reader's own, or UTC. */
export const shownZoneName = (now = new Date()): string => (zoneChoice() === 'utc' ? 'UTC' : timeZoneName(now));
