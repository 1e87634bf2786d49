import { isRunId } from '@job-manager/shared/contract/run-id';
import { terminalStatuses } from '@job-manager/shared/run';
import { parseAsInteger, parseAsString, parseAsStringLiteral, useQueryState, useQueryStates } from 'nuqs';
import { useCallback } from 'react';
import { type RunTab, runTabs } from '../paths';
import { closeEntries, openAsEntry } from './dialog-history';

const push = { history: 'push' } as const;

const historyPlace = {
  job: parseAsString,
  status: parseAsStringLiteral(terminalStatuses),
  page: parseAsInteger.withDefault(1),
};

/** As far as the API reads. */
const LAST_PAGE = 1_000_000_000;
const JOB_NAME_CHARS = 100;

interface Filters {
  jobName?: string;
  status?: (typeof terminalStatuses)[number];
}

/** Filters and page of the history: `?job=trending&status=FAILED&page=2`. */
export function useHistoryPlace() {
  const [{ job, status, page }, set] = useQueryStates(historyPlace, push);
  return {
    filters: { jobName: job?.slice(0, JOB_NAME_CHARS) || undefined, status: status ?? undefined },
    page: Math.min(Math.max(1, page), LAST_PAGE),
    setPage: (next: number) => void set({ page: next === 1 ? null : next }),
    setFilters: (next: Filters) => void set({ job: next.jobName ?? null, status: next.status ?? null, page: null }),
  };
}

/** The same of the address of a list. */
export function readHistoryPlace(search: string): { filters: Filters; page: number } {
  const query = new URLSearchParams(search);
  const read = <Value>(parser: { parse(text: string): Value | null }, name: string) =>
    parser.parse(query.get(name) ?? '');
  return {
    filters: {
      jobName: query.get('job')?.slice(0, JOB_NAME_CHARS) || undefined,
      status: read(historyPlace.status, 'status') ?? undefined,
    },
    page: Math.min(Math.max(1, read(historyPlace.page, 'page') ?? 1), LAST_PAGE),
  };
}

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
