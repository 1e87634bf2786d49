import { terminalStatuses } from '@job-manager/shared/run';
import { parseAsInteger, parseAsString, parseAsStringLiteral, useQueryState, useQueryStates } from 'nuqs';

const history = { history: 'push' } as const;

/** Filters and page of the history: `?job=trending&status=FAILED&page=2`. */
export function useHistoryPlace() {
  const [{ job, status, page }, set] = useQueryStates(
    {
      job: parseAsString,
      status: parseAsStringLiteral(terminalStatuses),
      page: parseAsInteger.withDefault(1),
    },
    history,
  );
  return {
    filters: { jobName: job ?? undefined, status: status ?? undefined },
    page: Math.max(1, page),
    setPage: (next: number) => void set({ page: next === 1 ? null : next }),
    setFilters: ({ jobName, status }: { jobName?: string; status?: (typeof terminalStatuses)[number] }) =>
      void set({ job: jobName ?? null, status: status ?? null, page: null }),
  };
}

/** The run whose details are open: `?run=123`. */
export function useOpenedRun() {
  const [runId, setRunId] = useQueryState('run', parseAsString);
  return {
    runId: runId !== null && /^[1-9]\d{0,18}$/.test(runId) ? runId : null,
    open: (id: string) => void setRunId(id, history),
    close: () => void setRunId(null),
  };
}

/** What the Run New Job dialog is open for: `?new=trending` (or `?new=` with no job chosen), or `?rerun=123`. */
export function useRunDialog() {
  const [{ new: jobName, rerun }, set] = useQueryStates({
    new: parseAsString,
    rerun: parseAsString,
    run: parseAsString,
  });
  return {
    isOpen: jobName !== null || rerun !== null,
    jobName: jobName === '' ? null : jobName,
    rerunOfId: rerun,
    openNew: (job = '') => void set({ new: job, rerun: null, run: null }, history),
    openRerun: (runId: string) => void set({ new: null, rerun: runId, run: null }, history),
    close: () => void set({ new: null, rerun: null }),
  };
}
