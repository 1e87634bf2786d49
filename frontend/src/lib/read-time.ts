import { zoneChoice } from './time-zone';

// Apart from local-time.ts, which the first page loads.

const LOCAL = /^(\d{4})-(\d\d)-(\d\d)(?:[T ]+(\d\d?):(\d\d)(?::(\d\d)(?:\.\d+)?)?)?$/;
const ZONE = /T.*(?:Z|[+-]\d\d:?\d\d)$/i;

/** Whether a text is a time with its zone: `2026-12-24T18:00:00Z`. */
export const hasZone = (text: string): boolean => ZONE.test(text) && !Number.isNaN(Date.parse(text));

/**
 * A time as people type it, `2026-12-24 18:00` in the zone that the panel shows, or ISO with a zone, as the API writes
 * times; null when it is empty or no time. A date alone is its midnight.
 */
export function readLocalInput(text: string): string | null {
  const typed = text.trim();
  if (hasZone(typed)) return new Date(typed).toISOString();
  const parts = LOCAL.exec(typed)
    ?.slice(1)
    .map((part) => Number(part ?? 0));
  if (parts === undefined) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts;
  const calendar = new Date(Date.UTC(year, month - 1, day));
  const isReal = calendar.getUTCMonth() === month - 1 && hour < 24 && minute < 60 && second < 60;
  if (!isReal) return null;
  const time =
    zoneChoice() === 'utc'
      ? new Date(Date.UTC(year, month - 1, day, hour, minute, second))
      : new Date(year, month - 1, day, hour, minute, second);
  return Number.isNaN(time.getTime()) ? null : time.toISOString();
}

/** Whether a text is a day that exists: `2026-11-22`. */
export const isDay = (text: string): boolean => /^\d{4}-\d\d-\d\d$/.test(text) && readLocalInput(text) !== null;

/** When a day begins in the zone that the panel shows, and its last millisecond there. */
export const startOfDay = (day: string): string | undefined => readLocalInput(day) ?? undefined;

export function endOfDay(day: string): string | undefined {
  const next = isDay(day) ? readLocalInput(dayAfter(day)) : null;
  return next === null ? undefined : new Date(Date.parse(next) - 1).toISOString();
}

const DAY_MS = 86_400_000;
/** The calendar's next day, however many hours a clock change leaves this one. */
export const dayAfter = (day: string): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + DAY_MS).toISOString().slice(0, 10);
