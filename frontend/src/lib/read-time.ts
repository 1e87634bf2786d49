// Apart from local-time.ts, which the first page loads.

const LOCAL = /^(\d{4})-(\d\d)-(\d\d)(?:[T ]+(\d\d?):(\d\d)(?::(\d\d)(?:\.\d+)?)?)?$/;
const ZONE = /T.*(?:Z|[+-]\d\d:?\d\d)$/i;

/** Whether a text is a time with its zone: `2026-12-24T18:00:00Z`. */
export const hasZone = (text: string): boolean => ZONE.test(text) && !Number.isNaN(Date.parse(text));

/**
 * A time as people type it, `2026-12-24 18:00` in their own zone, or ISO with a zone, as the API writes times; null when it is empty
 * or no time. A date alone is its midnight.
 */
export function readLocalInput(text: string): string | null {
  const typed = text.trim();
  if (hasZone(typed)) return new Date(typed).toISOString();
  const parts = LOCAL.exec(typed)
    ?.slice(1)
    .map((part) => Number(part ?? 0));
  if (parts === undefined) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts;
  const time = new Date(year, month - 1, day, hour, minute, second);
  const isReal =
    time.getFullYear() === year && time.getMonth() === month - 1 && hour < 24 && minute < 60 && second < 60;
  return isReal && !Number.isNaN(time.getTime()) ? time.toISOString() : null;
}
