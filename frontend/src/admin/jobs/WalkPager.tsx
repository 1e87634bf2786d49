import { Button } from '@mantine/core';
import { IconArrowLeft, IconArrowRight } from '@tabler/icons-react';
import { formatDateTime } from '../../lib/date-time';
import classes from '../../ui/Pager.module.css';

/** A list whose runs were looked for one after the other, from the newest back. */
export interface HistoryWalk {
  /** Older runs were not looked at. */
  searchedBackTo: string | null;
  /** Leads to older runs; null for none. */
  older: string | null;
  isNewest: boolean;
  /** Null for the newest. */
  go: (cursor: string | null) => void;
}

/** How far a search through the history looked, and the way on: "12 found back to 2026-11-29 09:40". */
export function WalkPager({ searchedBackTo, older, isNewest, go, shown }: HistoryWalk & { shown: number }) {
  return (
    <nav className={classes.pager} aria-label="History pages">
      <span className={classes.range} role="status">
        {shown.toLocaleString('en')} found{' '}
        {searchedBackTo === null
          ? '; there are no older ones'
          : `back to ${formatDateTime(searchedBackTo).slice(0, 16)}`}
      </span>
      <div className={classes.turn}>
        {!isNewest && (
          <Button variant="default" leftSection={<IconArrowLeft size={16} />} onClick={() => go(null)}>
            Newest
          </Button>
        )}
        {older !== null && (
          <Button variant="default" rightSection={<IconArrowRight size={16} />} onClick={() => go(older)}>
            Search further back
          </Button>
        )}
      </div>
    </nav>
  );
}
