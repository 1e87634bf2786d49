import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from 'react';
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
import { serverNow } from '../../api/server-clock';
import { useCan } from '../../api/session';
import { useTicks } from '../../components/ticks';
import { useHistoryUrlState, useOpenedRun, useRunDialog } from '../../components/url-state';
import { useThrottled } from '../../lib/useThrottled';
import { useIsInside } from '../../ui/useIsInside';
import { JobHistoryList } from './JobHistoryList';
import type { HistoryWalk } from './WalkPager';

const MIN_INTERVAL_MS = 1_000;
const NONE: never[] = [];

/** The history over the API, its filters and page in the address. */
export function HistorySection({ isOnlySection, views }: { isOnlySection?: boolean; views?: ReactNode }) {
  const { filters, page, cursor, setPage, setCursor, setFilters } = useHistoryUrlState();
  const history = useQuery(historyQuery(filters, { page, cursor }));
  const { jobNames, onOpenJobs } = useJobNames();
  const { open } = useOpenedRun();
  const { openNew } = useRunDialog();
  const mayRun = useCan('run');
  const ticks = useTicks(JSON.stringify(filters));
  const zone = useRef<HTMLDivElement>(null);
  const isHeld = useIsInside(zone, 'pointermove') || ticks.ids.size > 0;
  const { hasNewRuns, showNewRuns } = useNewRuns({ filters, page, isHeld, setPage });
  return (
    <JobHistoryList
      isOnlySection={isOnlySection}
      views={views}
      runs={history.data?.runs ?? NONE}
      total={history.data?.total ?? 0}
      readAt={history.dataUpdatedAt}
      loading={history.isPending}
      isTurning={history.isPlaceholderData}
      errorText={history.error && history.data === undefined ? toFailure(history.error).details : null}
      page={page}
      walk={walkOf(history.data, cursor, setCursor)}
      pageSize={PAGE_SIZE}
      jobNames={jobNames}
      onOpenJobs={onOpenJobs}
      filters={filters}
      ticks={ticks}
      zone={zone}
      hasNewRuns={hasNewRuns}
      onShowNewRuns={showNewRuns}
      onPageChange={setPage}
      onFilterChange={setFilters}
      onViewDetails={open}
      onRunNew={mayRun ? openNew : undefined}
      onRetry={() => void history.refetch()}
    />
  );
}

/** How far a walk through the history looked; null where its pages have numbers. */
function walkOf(
  data: { totalIsExact: boolean; searchedBackTo: string | null; cursor: string | null } | undefined,
  cursor: string | undefined,
  go: (cursor: string | null) => void,
): HistoryWalk | null {
  // Also where the field is missing, from a server of the version before.
  if (data === undefined || (data.totalIsExact !== false && cursor === undefined)) return null;
  return { searchedBackTo: data.searchedBackTo, older: data.cursor, isNewest: cursor === undefined, go };
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

const isAmong = (wanted: string | undefined, value: string): boolean =>
  wanted === undefined || wanted.split(',').includes(value);

interface Shown {
  filters: HistoryFilters;
  page: number;
  /** The pointer or the focus is among the rows, or some of them are ticked. */
  isHeld: boolean;
  setPage: (page: number) => void;
}

/**
 * The first page follows as long as it is not held; held, and any other one, it stays as it is and offers the new runs.
 */
function useNewRuns({ filters, page, isHeld, setPage }: Shown) {
  const queryClient = useQueryClient();
  const [hasNewRuns, setNewRuns] = useState(false);
  const readAnew = useThrottled(() => void queryClient.invalidateQueries({ queryKey: historyKey() }), MIN_INTERVAL_MS);
  const { jobName, status, time } = filters;
  const isFollowing = page === 1 && !isHeld;
  const follow = useCallback(
    ({ completed, vanished }: ActiveChange) => {
      // Nothing that ends now belongs to a range that has ended.
      if (typeof time === 'object' && time.to !== undefined && time.to < serverNow()) return;
      const isShown = completed.some((run) => isAmong(jobName, run.jobName) && isAmong(status, run.status));
      if (!isShown && vanished.length === 0) return;
      if (isFollowing) readAnew();
      else setNewRuns(true);
    },
    [isFollowing, jobName, status, time, readAnew],
  );
  useLiveChanges(follow);
  const showNewRuns = useCallback(() => {
    setNewRuns(false);
    setPage(1);
    readAnew();
  }, [setPage, readAnew]);
  useEffect(() => {
    if (!isFollowing || !hasNewRuns) return;
    setNewRuns(false);
    readAnew();
  }, [isFollowing, hasNewRuns, readAnew]);
  return { hasNewRuns, showNewRuns };
}
