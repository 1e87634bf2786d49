import type { JobRunSummary } from '@job-manager/shared/contract/run';
import { isAllowed } from '@job-manager/shared/run';
import type { RefObject } from 'react';
import { useAllowed } from '../api/session';
import { rowsOf, useRowKeys } from '../ui/roving-rows';
import { pressTickKey, type TickedRows } from './ticks';
import { useOpenedRun, useRunDialog } from './url-state';

/** The keys of a list of runs: `l` opens the log of the marked one, `e` re-runs it, and there are those that tick. */
export function useRunKeys(
  list: RefObject<HTMLElement | null>,
  findRun: (jobRunId: string) => JobRunSummary | undefined,
  ticks?: TickedRows,
  /** The rows in order, where not all of them are in the page. */
  idsInOrder?: () => readonly string[],
): void {
  const { open } = useOpenedRun();
  const { openRerun } = useRunDialog();
  const can = useAllowed();
  useRowKeys(list, (key, row) => {
    const run = findRun(row.dataset.run ?? '');
    if (run === undefined) return false;
    if (key === 'l') return does(() => open(run.id, 'log'));
    if (key === 'e') return can('retry', run.jobName) && canRerun(run) && does(() => openRerun(run.id));
    if (ticks === undefined) return false;
    const ids = idsInOrder ?? (() => rowsOf(list.current as HTMLElement).flatMap(({ dataset }) => dataset.run ?? []));
    return pressTickKey(ticks, key, run.id, ids);
  });
}

/** What a program elsewhere executed can't be started from here. */
const canRerun = ({ status, inactivityTimeoutMs }: JobRunSummary): boolean =>
  isAllowed('rerun', status) && inactivityTimeoutMs === null;

function does(act: () => void): true {
  act();
  return true;
}
