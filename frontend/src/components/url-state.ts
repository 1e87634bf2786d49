import { terminalStatuses } from '@job-manager/shared/run';
import { parseAsInteger, parseAsString, parseAsStringLiteral, useQueryState, useQueryStates } from 'nuqs';
import { useCallback } from 'react';
import { type RunTab, runTabs } from '../paths';

const push = { history: 'push' } as const;

const historyPlace = {
  job: parseAsString,
  status: parseAsStringLiteral(terminalStatuses),
  page: parseAsInteger.withDefault(1),
};

interface Filters {
  jobName?: string;
  status?: (typeof terminalStatuses)[number];
}

/** Filters and page of the history: `?job=trending&status=FAILED&page=2`. */
export function useHistoryPlace() {
  const [{ job, status, page }, set] = useQueryStates(historyPlace, push);
  return {
    filters: { jobName: job ?? undefined, status: status ?? undefined },
    page: Math.max(1, page),
    setPage: (next: number) => void set({ page: next === 1 ? null : next }),
    setFilters: (next: Filters) => void set({ job: next.jobName ?? null, status: next.status ?? null, page: null }),
  };
}

// The functions below keep their identity: hundreds of rows hold them, and would all be drawn again.

const parseAsRunTab = parseAsStringLiteral(runTabs);

const openedRun = { run: parseAsString, tab: parseAsRunTab };

/** The run whose details are open: `?run=123`. */
export function useOpenedRun() {
  const [{ run: runId }, set] = useQueryStates(openedRun);
  return {
    runId: runId !== null && /^[1-9]\d{0,18}$/.test(runId) ? runId : null,
    open: useCallback((id: string) => void set({ run: id, tab: null }, push), [set]),
    close: useCallback(() => void set({ run: null, tab: null }), [set]),
  };
}

/** Which part of a run's details is shown: `?tab=log`. Going back leaves the run, not the part. */
export function useRunTab(): [RunTab, (tab: RunTab) => void] {
  const [tab, setTab] = useQueryState('tab', parseAsRunTab);
  return [tab ?? 'overview', (next) => void setTab(next === 'overview' ? null : next)];
}

const runDialog = { new: parseAsString, rerun: parseAsString, ...openedRun };
/** The part that was open goes with the details; that of a page stays. */
const withoutDetails = ({ run, tab }: { run: string | null; tab: RunTab | null }) => ({
  run: null,
  tab: run === null ? tab : null,
});

/** What the Run New Job dialog is open for: `?new=trending` (or `?new=` with no job chosen), or `?rerun=123`. */
export function useRunDialog() {
  const [{ new: jobName, rerun }, set] = useQueryStates(runDialog);
  return {
    isOpen: jobName !== null || rerun !== null,
    jobName: jobName === '' ? null : jobName,
    rerunOfId: rerun,
    openNew: useCallback(() => void set((now) => ({ ...withoutDetails(now), new: '', rerun: null }), push), [set]),
    openRerun: useCallback(
      (runId: string) => void set((now) => ({ ...withoutDetails(now), new: null, rerun: runId }), push),
      [set],
    ),
    close: useCallback(() => void set({ new: null, rerun: null }), [set]),
  };
}
