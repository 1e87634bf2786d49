// What `<input type="datetime-local">` reads and writes: a time in the reader's zone, without a zone.

/** A time as the field shows it, to the minute: `2024-01-08T14:02`. */
export function localInput(at: number): string {
  const time = new Date(at);
  const date = [time.getFullYear(), time.getMonth() + 1, time.getDate()].map(twoDigits).join('-');
  return `${date}T${twoDigits(time.getHours())}:${twoDigits(time.getMinutes())}`;
}

const twoDigits = (part: number): string => String(part).padStart(2, '0');

/** What the field holds, as the API writes times; null when it is empty or no time. */
export function readLocalInput(text: string): string | null {
  const time = Date.parse(text);
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}

// Made once: lists of hundreds of times name the zone of each.
const zone = new Intl.DateTimeFormat('en', { timeZoneName: 'shortOffset' });

/** The reader's zone as they know it, with its offset where it has one: `Europe/Berlin (GMT+1)`. */
export function timeZoneName(now = new Date()): string {
  const offset = zone.formatToParts(now).find(({ type }) => type === 'timeZoneName')?.value;
  const { timeZone } = zone.resolvedOptions();
  return offset === undefined || /^GMT([+-]0)?$/.test(offset) ? timeZone : `${timeZone} (${offset})`;
}
