import { type ErrorPeriod, errorPeriods } from '@job-manager/shared/contract/errors';
import { parseAsString, parseAsStringLiteral, useQueryState, useQueryStates } from 'nuqs';
import { type ErrorLevel, errorLevels } from './level';
import type { ErrorFilters } from './queries';

export const SEARCH_CHARS = 200;

export const periods = Object.keys(errorPeriods) as ErrorPeriod[];
const period = parseAsStringLiteral(periods).withDefault('7d');

/** All that need attention stand first; `all` shows every kind. */
export const stateChoices = ['OPEN', 'RESOLVED', 'IGNORED', 'all'] as const;
export type StateChoice = (typeof stateChoices)[number];

const place = {
  period,
  level: parseAsStringLiteral(errorLevels),
  search: parseAsString,
  state: parseAsStringLiteral(stateChoices).withDefault('OPEN'),
};

/** Which errors are shown: `?period=24h&level=warning&search=timeout&state=all`. */
export function useErrorsUrlState() {
  const [given, set] = useQueryStates(place);
  const filters: ErrorFilters = {
    period: given.period,
    level: given.level ?? undefined,
    search: given.search?.trim().slice(0, SEARCH_CHARS) || undefined,
    state: given.state === 'all' ? undefined : given.state,
  };
  return {
    filters,
    state: given.state,
    isFiltered: filters.level !== undefined || filters.search !== undefined || given.state !== 'OPEN',
    setPeriod: (next: ErrorPeriod) => void set({ period: next }, { history: 'push' }),
    setLevel: (next: ErrorLevel | null) => void set({ level: next }, { history: 'push' }),
    setState: (next: StateChoice) => void set({ state: next }, { history: 'push' }),
    // No step back for each pause in typing.
    setSearch: (next: string) => void set({ search: next === '' ? null : next }),
    clear: () => void set({ level: null, search: null, state: null }, { history: 'push' }),
  };
}

/** The period alone, for the page of one kind of error. */
export function useErrorPeriod() {
  const [chosen, set] = useQueryState('period', period);
  return { period: chosen, setPeriod: (next: ErrorPeriod) => void set(next, { history: 'push' }) };
}
