import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useCallback, useMemo, useState } from 'react';
import { toFailure } from '../../api/failure';
import {
  definitionsQuery,
  type HistoryFilters,
  historyJobNamesQuery,
  historyKey,
  historyQuery,
  PAGE_SIZE,
} from '../../api/job-queries';
import type { ActiveChange } from '../../api/live/active-runs';
import { useLiveChanges } from '../../api/live/LiveProvider';
import { useTicks } from '../../components/ticks';
import { useHistoryPlace, useOpenedRun, useRunDialog } from '../../components/url-state';
import { useThrottled } from '../../lib/useThrottled';
import { JobHistoryList } from './JobHistoryList';

const AT_MOST_EVERY_MS = 1_000;
const NONE: never[] = [];

/** The history over the API, its filters and page in the address. */
export function HistorySection({ isOnlySection, views }: { isOnlySection?: boolean; views?: ReactNode }) {
  const { filters, page, setPage, setFilters } = useHistoryPlace();
  const history = useQuery(historyQuery(filters, page));
  const { jobNames, onOpenJobs } = useJobNames();
  const { open } = useOpenedRun();
  const { openNew } = useRunDialog();
  const ticks = useTicks(JSON.stringify(filters));
  const { hasNewRuns, showNewRuns } = useNewRuns(filters, page, setPage);
  return (
    <JobHistoryList
      isOnlySection={isOnlySection}
      views={views}
      runs={history.data?.runs ?? NONE}
      total={history.data?.total ?? 0}
      loading={history.isPending}
      isTurning={history.isPlaceholderData}
      fault={history.error && history.data === undefined ? toFailure(history.error).details : null}
      page={page}
      pageSize={PAGE_SIZE}
      jobNames={jobNames}
      onOpenJobs={onOpenJobs}
      filters={filters}
      ticks={ticks}
      hasNewRuns={hasNewRuns}
      onShowNewRuns={showNewRuns}
      onPageChange={setPage}
      onFilterChange={setFilters}
      onViewDetails={open}
      onRunNew={openNew}
      onRetry={() => void history.refetch()}
    />
  );
}

/** Jobs to filter by: those with code at once; those that only the history has, once the filter is opened. */
function useJobNames() {
  const [isWanted, setWanted] = useState(false);
  const { data: definitions = NONE } = useQuery(definitionsQuery());
  const { data: known = NONE } = useQuery({ ...historyJobNamesQuery(), enabled: isWanted });
  const jobNames = useMemo(
    () => [...new Set<string>([...definitions.map(({ name }) => name), ...known])].sort(),
    [definitions, known],
  );
  return { jobNames, onOpenJobs: useCallback(() => setWanted(true), []) };
}

/** The first page follows; on any other one the reader is told and not disturbed. */
function useNewRuns(filters: HistoryFilters, page: number, setPage: (page: number) => void) {
  const queryClient = useQueryClient();
  const [hasNewRuns, setNewRuns] = useState(false);
  const readAnew = useThrottled(() => void queryClient.invalidateQueries({ queryKey: historyKey() }), AT_MOST_EVERY_MS);
  const { jobName, status } = filters;
  const follow = useCallback(
    ({ completed, vanished }: ActiveChange) => {
      const isShown = completed.some(
        (run) => (jobName ?? run.jobName) === run.jobName && (status ?? run.status) === run.status,
      );
      if (!isShown && vanished.length === 0) return;
      if (page === 1) readAnew();
      else setNewRuns(true);
    },
    [page, jobName, status, readAnew],
  );
  useLiveChanges(follow);
  return {
    hasNewRuns: hasNewRuns && page > 1,
    showNewRuns: () => {
      setNewRuns(false);
      setPage(1);
      readAnew();
    },
  };
}
