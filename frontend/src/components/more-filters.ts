import { jobRunTriggers } from '@job-manager/shared/run';
import { parseAsInteger, parseAsString, parseAsStringLiteral } from 'nuqs';
import type { MoreFilters } from '../api/job-queries';

/** Conditions of the history beside those of its bar, by their names in the address. */
export const moreParsers = {
  trigger: parseAsStringLiteral(jobRunTriggers),
  channel: parseAsString,
  not: parseAsString,
  by: parseAsString,
  took: parseAsInteger,
  tookMax: parseAsInteger,
  waited: parseAsInteger,
  waitedMax: parseAsInteger,
  attempts: parseAsInteger,
  has: parseAsStringLiteral(['warnings', 'errors']),
  runner: parseAsString,
  region: parseAsString,
  corr: parseAsString,
  scope: parseAsString,
  param: parseAsString,
  text: parseAsString,
  version: parseAsString,
};
type MoreKey = keyof typeof moreParsers;

/** Names that the API has otherwise. */
const apiNames: Partial<Record<MoreKey, keyof MoreFilters>> = {
  took: 'tookMinMs',
  tookMax: 'tookMaxMs',
  waited: 'waitedMinMs',
  waitedMax: 'waitedMaxMs',
  attempts: 'attemptsMin',
  corr: 'correlationId',
};
const moreNames = (Object.keys(moreParsers) as MoreKey[]).map((key) => [key, apiNames[key] ?? key] as const);

/** The conditions in a place of the address; undefined for none. */
export function moreOf(place: Record<string, unknown>): MoreFilters | undefined {
  const given = moreNames.flatMap(([key, name]) =>
    place[key] == null || place[key] === '' ? [] : [[name, place[key]]],
  );
  // Each was parsed for the name it is sent under.
  return given.length === 0 ? undefined : (Object.fromEntries(given) as MoreFilters);
}

/** The same conditions as a place of the address, all others cleared. */
export const placeOfMore = (more: MoreFilters = {}): Record<MoreKey, never> =>
  // As they came from `moreOf`.
  Object.fromEntries(moreNames.map(([key, name]) => [key, more[name as keyof MoreFilters] ?? null])) as Record<
    MoreKey,
    never
  >;
