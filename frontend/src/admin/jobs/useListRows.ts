import type { JobRunSummary } from '@job-manager/shared/contract/run';
import { useEffect, useMemo, useRef, useState } from 'react';
import { arrangeRows, countWaiting, type ListRow } from './list-rows';

interface Options {
  active: readonly JobRunSummary[];
  ended: readonly JobRunSummary[];
  isHeld: boolean;
  isCancelRequested: (jobRunId: string) => boolean;
}

interface ListRows {
  rows: readonly ListRow[];
  /** Runs that wait to be added or removed. */
  waiting: number;
  /** Adds and removes them now. */
  showAll(): void;
}

/** The rows of the active list; while it is held, each in its place. */
export function useListRows({ active, ended, isHeld, isCancelRequested }: Options): ListRows {
  const shown = useRef<readonly ListRow[]>([]);
  const [showing, setShowing] = useState(0);
  const lastShowing = useRef(0);
  const rows = useMemo(() => {
    // The reader requested the current state, so ended rows go.
    if (isHeld && lastShowing.current !== showing)
      return arrangeRows({ shown: [], active, ended: [], isHeld, isCancelRequested });
    return arrangeRows({ shown: shown.current, active, ended, isHeld, isCancelRequested });
  }, [active, ended, isHeld, isCancelRequested, showing]);
  useEffect(() => {
    shown.current = rows;
    lastShowing.current = showing;
  }, [rows, showing]);
  const waiting = useMemo(() => (isHeld ? countWaiting(rows, active) : 0), [rows, active, isHeld]);
  return { rows, waiting, showAll: () => setShowing((count) => count + 1) };
}
