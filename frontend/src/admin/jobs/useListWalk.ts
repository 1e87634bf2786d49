import type { JobRun } from '@job-manager/shared/contract/run';
import { isTerminal } from '@job-manager/shared/run';
import { useQuery } from '@tanstack/react-query';
import { historyQuery, PAGE_SIZE } from '../../api/job-queries';
import { useLive } from '../../api/live/LiveProvider';
import { readHistoryPlace } from '../../components/url-state';
import { paths } from '../../paths';

/** A run beside the one that is shown, on its page of the list. */
export interface WalkTarget {
  jobRunId: string;
  page: number;
}

export interface ListWalk {
  /** From 1, in the whole list. */
  position: number;
  total: number;
  previous: WalkTarget | null;
  next: WalkTarget | null;
}

/** Where a run stands in the list that one came from, and what stands beside it; null where it stands in none. */
export function useListWalk(run: JobRun, list: string | null): ListWalk | null {
  const [pathname = '', search = ''] = (list ?? '').split('?');
  const isActiveList = pathname === paths.monitor || (pathname === paths.jobs && !isTerminal(run.status));
  const active = useActiveWalk(run.id, isActiveList);
  const isHistory = !isActiveList && (pathname === paths.jobs || pathname === paths.history);
  const ended = useHistoryWalk(run.id, search, isHistory);
  return isActiveList ? active : ended;
}

function useActiveWalk(jobRunId: string, isWanted: boolean): ListWalk | null {
  // As text: an array would be another one with each progress of a run.
  const ids = useLive(({ runs }) => (isWanted ? runs.map(({ id }) => id).join() : ''));
  if (ids === '') return null;
  return walkThrough(ids.split(','), jobRunId, { page: 1, total: ids.split(',').length });
}

/** The list is there already, mostly; its neighbours are read only at its edges. */
const STALE_MS = 10_000;

function useHistoryWalk(jobRunId: string, search: string, isWanted: boolean): ListWalk | null {
  const { filters, page } = readHistoryPlace(search);
  const read = (which: number, isEnabled: boolean) => ({
    ...historyQuery(filters, which),
    enabled: isWanted && isEnabled,
    staleTime: STALE_MS,
    placeholderData: undefined,
  });
  const { data } = useQuery(read(page, true));
  const ids = data?.runs.map(({ id }) => id) ?? [];
  const index = ids.indexOf(jobRunId);
  const pages = Math.ceil((data?.total ?? 0) / PAGE_SIZE);
  const before = useQuery(read(page - 1, index === 0 && page > 1)).data?.runs.at(-1);
  const after = useQuery(read(page + 1, index === ids.length - 1 && index >= 0 && page < pages)).data?.runs[0];
  const walk = walkThrough(ids, jobRunId, { page, total: data?.total ?? 0 });
  return (
    walk && {
      ...walk,
      position: (page - 1) * PAGE_SIZE + walk.position,
      previous: walk.previous ?? (before ? { jobRunId: before.id, page: page - 1 } : null),
      next: walk.next ?? (after ? { jobRunId: after.id, page: page + 1 } : null),
    }
  );
}

function walkThrough(
  ids: readonly string[],
  jobRunId: string,
  { page, total }: { page: number; total: number },
): ListWalk | null {
  const index = ids.indexOf(jobRunId);
  if (index < 0) return null;
  const at = (place: number): WalkTarget | null => {
    const id = ids[place];
    return id === undefined ? null : { jobRunId: id, page };
  };
  return { position: index + 1, total, previous: at(index - 1), next: at(index + 1) };
}
