import { isRunId } from '@job-manager/shared/contract/run-id';
import { terminalStatuses } from '@job-manager/shared/run';
import {
  createLoader,
  createParser,
  createSerializer,
  type inferParserType,
  parseAsInteger,
  parseAsString,
  parseAsStringLiteral,
  useQueryState,
  useQueryStates,
} from 'nuqs';
import { useCallback, useMemo } from 'react';
import type { HistoryFilters } from '../api/job-queries';
import { type OpenRange, type RangeName, rangeNames } from '../lib/time-range';
import { paths, type RunTab, runTabs } from '../paths';
import { closeEntries, openAsEntry } from './dialog-history';
import { moreOf, moreParsers, placeOfMore } from './more-filters';

const push = { history: 'push' } as const;

/** The API accepts years of four digits. */
const END_OF_TIME = Date.UTC(9999, 11, 31);

/** A moment in milliseconds since 1970, as ISO time in the address. */
const parseAsTime = createParser({
  parse: (text) => {
    const at = Date.parse(text);
    return at >= 0 && at < END_OF_TIME ? at : null;
  },
  serialize: (at: number) => new Date(at).toISOString(),
});

/** Some of the statuses of ended runs, with commas between. */
const parseAsStatuses = createParser({
  parse: (text) => {
    const known = terminalStatuses.filter((status) => text.split(',').includes(status));
    return known.length > 0 ? known.join(',') : null;
  },
  serialize: String,
});

const historyPlace = {
  job: parseAsString,
  status: parseAsStatuses,
  range: parseAsStringLiteral(rangeNames),
  from: parseAsTime,
  to: parseAsTime,
  cause: parseAsString,
  ...moreParsers,
  page: parseAsInteger.withDefault(1),
  cursor: parseAsString,
};

/** As far as the API reads. */
const LAST_PAGE = 1_000_000_000;
const JOB_NAMES_CHARS = 2_000;

interface Times {
  range: RangeName | null;
  from: number | null;
  to: number | null;
}

/** Two ends that exclude each other are as good as none. */
function timeOf({ range, from, to }: Times): OpenRange | undefined {
  if (range !== null) return range;
  if ((from === null && to === null) || (from !== null && to !== null && from >= to)) return undefined;
  return { from: from ?? undefined, to: to ?? undefined };
}

/** Of a cause of failures. */
const FINGERPRINT = /^[0-9a-f]{16}$/;

type Place = inferParserType<typeof historyPlace>;

const filtersOf = ({
  job,
  status,
  cause,
  range,
  from,
  to,
  ...more
}: Omit<Place, 'page' | 'cursor'>): HistoryFilters => ({
  jobName: job?.slice(0, JOB_NAMES_CHARS) || undefined,
  status: status ?? undefined,
  time: timeOf({ range, from, to }),
  more: moreOf(more),
  cause: cause !== null && FINGERPRINT.test(cause) ? cause : undefined,
});

const placeOf = ({ jobName, status, time, cause, more }: HistoryFilters) => ({
  ...placeOfMore(more),
  job: jobName ?? null,
  status: status ?? null,
  ...timesOf(time),
  cause: cause ?? null,
});

const timesOf = (time: OpenRange | undefined): Times => ({
  range: typeof time === 'string' ? time : null,
  from: typeof time === 'object' ? (time.from ?? null) : null,
  to: typeof time === 'object' ? (time.to ?? null) : null,
});

/** Filters and page of the history: `?job=trending&status=FAILED&range=24h&page=2`. */
export function useHistoryUrlState() {
  const [{ page, cursor, ...place }, set] = useQueryStates(historyPlace, push);
  // By their text: the hook answers another object with each change of the address.
  const key = JSON.stringify(place);
  const filters = useMemo(() => filtersOf(JSON.parse(key)), [key]);
  return {
    filters,
    page: Math.min(Math.max(1, page), LAST_PAGE),
    cursor: cursor ?? undefined,
    setPage: (next: number) => void set({ page: next === 1 ? null : next, cursor: null }),
    setCursor: (next: string | null) => void set({ page: null, cursor: next }),
    setFilters: (next: HistoryFilters) => void set({ ...placeOf(next), page: null, cursor: null }),
  };
}

/** Whether the history folds failures by cause: `?group=cause`. */
export const useHistoryGroup = () => useQueryState('group', parseAsStringLiteral(['cause']).withOptions(push));

const loadHistoryPlace = createLoader(historyPlace);

/** The same of the address of a list. */
export function readHistoryPlace(search: string): {
  filters: HistoryFilters;
  page: number;
  cursor: string | undefined;
} {
  const { page, cursor, ...place } = loadHistoryPlace(`?${search}`);
  return { filters: filtersOf(place), page: Math.min(Math.max(1, page), LAST_PAGE), cursor: cursor ?? undefined };
}

const serializeHistory = createSerializer(historyPlace);

/** Address of the history with these filters. */
export const historyWith = (filters: HistoryFilters): string => serializeHistory(paths.history, placeOf(filters));

// The functions below keep their identity: hundreds of rows hold them, and would all be drawn again.

const parseAsRunTab = parseAsStringLiteral(runTabs);

const dialogs = {
  run: parseAsString,
  tab: parseAsRunTab,
  line: parseAsInteger,
  new: parseAsString,
  rerun: parseAsString,
};
const walk = { run: parseAsString, line: parseAsInteger, page: historyPlace.page };
type Dialogs = { run: string | null; tab: RunTab | null; line: number | null };

/** The part that was open goes with the details; that of a page stays. */
const withoutDetails = ({ run, tab, line }: Dialogs) =>
  run === null ? { run, tab, line } : { run: null, tab: null, line: null };

/** The run whose details are open: `?run=123`. */
export function useOpenedRun() {
  const [{ run: runId }, set] = useQueryStates(dialogs);
  const [, setWalk] = useQueryStates(walk);
  return {
    runId: runId !== null && isRunId(runId) ? runId : null,
    open: useCallback(
      (id: string, tab: RunTab | null = null) =>
        void openAsEntry(() => set({ run: id, tab: tab === 'overview' ? null : tab, line: null }, push)),
      [set],
    ),
    /** Shows another run of the same list in the place of this one: the page of the list follows. */
    walkTo: (id: string, page: number) =>
      void setWalk({ run: id, line: null, page: page === 1 ? null : page }, { history: 'replace' }),
    close: useCloseDialogs(),
  };
}

/** Which part of a run's details is shown: `?tab=log`. Going back leaves the run, not the part. */
export function useRunTab(): [RunTab, (tab: RunTab) => void] {
  const [{ tab }, set] = useQueryStates({ tab: parseAsRunTab, line: parseAsInteger });
  return [tab ?? 'overview', (next) => void set({ tab: next === 'overview' ? null : next, line: null })];
}

/** The line of a log that a link leads to: `?line=12`. */
export const useLogLine = () => useQueryState('line', parseAsInteger);

/** What the Run New Job dialog is open for: `?new=trending` (or `?new=` with no job chosen), or `?rerun=123`. */
export function useRunDialog() {
  const [{ new: jobName, rerun }, set] = useQueryStates(dialogs);
  const rerunOfId = rerun !== null && isRunId(rerun) ? rerun : null;
  const open = useCallback(
    (change: { new: string | null; rerun: string | null }) =>
      void openAsEntry(() => set((now) => ({ ...withoutDetails(now), ...change }), push)),
    [set],
  );
  return {
    isOpen: jobName !== null || rerunOfId !== null,
    jobName: jobName === '' ? null : jobName,
    rerunOfId,
    openNew: useCallback(() => open({ new: '', rerun: null }), [open]),
    openNewOf: useCallback((wanted: string) => open({ new: wanted, rerun: null }), [open]),
    openRerun: useCallback((runId: string) => open({ new: null, rerun: runId }), [open]),
    close: useCloseDialogs(),
  };
}

/** Closes whichever of these dialogs is open; resolves when the address is that of the page again. */
function useCloseDialogs(): () => Promise<void> {
  const [, set] = useQueryStates(dialogs);
  return useCallback(
    () => closeEntries(() => void set((now) => ({ ...withoutDetails(now), new: null, rerun: null }))),
    [set],
  );
}

/** The dialog that creates what a page lists: `?create=`. */
export function useCreateDialog() {
  const [create, set] = useQueryState('create', parseAsString);
  return {
    isOpen: create !== null,
    open: useCallback(() => void openAsEntry(() => set('', push)), [set]),
    close: useCallback(() => closeEntries(() => void set(null)), [set]),
  };
}
