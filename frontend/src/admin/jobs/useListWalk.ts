import type { JobRun, JobRunSummary } from '@job-manager/shared/contract/run';
import { isTerminal } from '@job-manager/shared/run';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { batchRunsQuery } from '../../api/batch-queries';
import { type HistoryFilters, historyQuery, PAGE_SIZE } from '../../api/job-queries';
import { useLive } from '../../api/live/LiveProvider';
import { serverNow } from '../../api/server-clock';
import { readHistoryPlace } from '../../components/url-state';
import { paths } from '../../paths';
import { groupRows, isWanted } from './active-groups';
import { readActivePlace } from './active-url-state';

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
  const active = useActiveWalk(run.id, isActiveList ? (pathname === paths.monitor ? search : '') : null);
  const paged = usePagedWalk(run.id, isActiveList ? null : readPagedList(pathname, search));
  return isActiveList ? active : paged;
}

/** `search` is that of the active list; null where one came from another. */
function useActiveWalk(jobRunId: string, search: string | null): ListWalk | null {
  const place = useMemo(() => (search === null ? null : readActivePlace(search)), [search]);
  // As text: an array would be another one with each progress of a run.
  const live = useLive(({ runs }) => (place === null ? '' : idsInOrder(runs, place).join()));
  // The run may end while it is read, and leave the list: its place there stays where one goes on from.
  const [known, setKnown] = useState(live);
  const isIn = live.split(',').includes(jobRunId);
  if (isIn && live !== known) setKnown(live);
  const ids = (isIn ? live : known).split(',');
  return place === null ? null : walkThrough(ids, jobRunId, { page: 1, total: ids.length });
}

/** The active runs as their list shows them. */
function idsInOrder(
  runs: readonly JobRunSummary[],
  { filters, grouping }: ReturnType<typeof readActivePlace>,
): string[] {
  const now = serverNow();
  const rows = runs.filter((run) => isWanted(run, filters, now)).map((run) => ({ run }));
  const groups = grouping === null ? [{ rows }] : groupRows(rows, grouping, now);
  return groups.flatMap((group) => group.rows.map(({ run }) => run.id));
}

/** A list in pages: the history, or the runs of a batch. */
interface PagedList {
  page: number;
  cursor: string | undefined;
  filters: HistoryFilters;
  batch: { id: string; isFailedOnly: boolean } | null;
}

function readPagedList(pathname: string, search: string): PagedList | null {
  const { filters, page, cursor } = readHistoryPlace(search);
  if (pathname === paths.jobs || pathname === paths.history) return { page, cursor, filters, batch: null };
  const [, batchId] = pathname.split(`${paths.batches}/`);
  if (batchId === undefined) return null;
  return {
    page,
    cursor: undefined,
    filters: {},
    batch: { id: batchId, isFailedOnly: search.split('&').includes('failed=true') },
  };
}

/** The list is there already, mostly; its neighbours are read only at its edges. */
const STALE_MS = 10_000;

function usePage(list: PagedList | null, page: number, isWanted: boolean) {
  const { filters = {}, batch = null } = list ?? {};
  const isEnabled = isWanted && list !== null;
  const reading = { staleTime: STALE_MS, placeholderData: undefined };
  const history = useQuery({
    ...historyQuery(filters, { page, cursor: list?.cursor }),
    ...reading,
    enabled: isEnabled && batch === null,
  });
  const ofBatch = useQuery({
    ...batchRunsQuery(batch?.id ?? '', page, batch?.isFailedOnly ?? false),
    ...reading,
    enabled: isEnabled && batch !== null,
  });
  return batch === null ? history.data : ofBatch.data;
}

function usePagedWalk(jobRunId: string, list: PagedList | null): ListWalk | null {
  const page = list?.page ?? 1;
  const { runs = [], total = 0 } = usePage(list, page, true) ?? {};
  const ids = runs.map(({ id }) => id);
  const index = ids.indexOf(jobRunId);
  const pages = Math.ceil(total / PAGE_SIZE);
  const before = usePage(list, page - 1, index === 0 && page > 1)?.runs.at(-1);
  const after = usePage(list, page + 1, index === ids.length - 1 && index >= 0 && page < pages)?.runs[0];
  const walk = list && walkThrough(ids, jobRunId, { page, total });
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
