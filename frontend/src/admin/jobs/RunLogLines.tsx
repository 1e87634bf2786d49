import type { JobRunMessage } from '@job-manager/shared/contract/message';
import { Button } from '@mantine/core';
import { IconArrowDown } from '@tabler/icons-react';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { type ItemContent, Virtuoso } from 'react-virtuoso';
import { formatDay } from '../../lib/date-time';
import classes from './RunLog.module.css';
import { RunLogLine } from './RunLogLine';
import { AT_END_PX, type LogView } from './useLogView';

interface Props {
  label: string;
  lines: readonly JobRunMessage[];
  /** Highlighted where it occurs. */
  pattern: RegExp | null;
  view: LogView;
  isActive: boolean;
  /** Lines before the first one that are gone: the others keep their places. */
  removed: number;
  isWrapped: boolean;
  /** When the run began, where times count from there; null for the time of day. */
  since: string | null;
  /** The number of a line was pressed. */
  onLink: (seq: number) => void;
  /** Shown when the filter leaves nothing. */
  empty: string;
}

interface Context extends Pick<Props, 'lines' | 'pattern' | 'removed' | 'since' | 'onLink'> {
  marked: number | null;
  opened: ReadonlySet<number>;
  toggle: (seq: number) => void;
}

/** The lines around the one that is read; only those are drawn. Stays at the end while the reader is there. */
export function RunLogLines(props: Props) {
  const { label, lines, pattern, view, isActive, removed, since, onLink, isWrapped, empty } = props;
  const [opened, toggle] = useOpened();
  const latestLink = useRef(onLink);
  useEffect(() => {
    latestLink.current = onLink;
  });
  // Keeps its identity: each line that is drawn holds it.
  const link = useCallback((seq: number) => latestLink.current(seq), []);
  const { marked } = view;
  const context = useMemo<Context>(
    () => ({ lines, pattern, removed, since, marked, opened, toggle, onLink: link }),
    [lines, pattern, removed, since, marked, opened, toggle, link],
  );
  return (
    <div className={classes.frame}>
      <Virtuoso
        ref={view.list}
        className={classes.lines}
        data-unwrapped={!isWrapped || undefined}
        role="log"
        // Thousands of lines a second are nothing to be read out.
        aria-live="off"
        aria-label={label}
        data={lines}
        firstItemIndex={removed}
        context={context}
        computeItemKey={keyOf}
        itemContent={drawLine}
        defaultItemHeight={26}
        increaseViewportBy={300}
        initialTopMostItemIndex={view.start()}
        followOutput={() => view.isFollowing() && 'auto'}
        atBottomThreshold={AT_END_PX}
        atBottomStateChange={view.onAtEnd}
        rangeChanged={view.onRange}
        {...view.handlers}
      />
      {lines.length === 0 && <p className={classes.empty}>{empty}</p>}
      {lines.length > 0 && <Place isActive={isActive} isAtEnd={view.isAtEnd} onGoToEnd={view.goToEnd} />}
    </div>
  );
}

const keyOf = (_index: number, line: JobRunMessage) => line.seq;

const drawLine: ItemContent<JobRunMessage, Context> = (
  index,
  line,
  { lines, pattern, removed, since, marked, opened, toggle, onLink },
) => (
  <RunLogLine
    line={line}
    startsAttempt={line.attempt > 0 && (lines[index - removed - 1]?.attempt ?? 1) !== line.attempt}
    pattern={pattern}
    startsDay={startsDay(line, lines[index - removed - 1])}
    isMarked={line.seq === marked}
    isOpen={opened.has(line.seq)}
    onToggle={toggle}
    since={since}
    onLink={onLink}
  />
);

const startsDay = (line: JobRunMessage, before: JobRunMessage | undefined): boolean =>
  before === undefined || formatDay(before.at) !== formatDay(line.at);

/** The lines whose data is shown; kept here, because a line that is scrolled away forgets everything. */
function useOpened(): [ReadonlySet<number>, (seq: number) => void] {
  const [opened, setOpened] = useState<ReadonlySet<number>>(new Set());
  const toggle = useCallback((seq: number) => {
    setOpened((before) => {
      const next = new Set(before);
      if (!next.delete(seq)) next.add(seq);
      return next;
    });
  }, []);
  return [opened, toggle];
}

function Place({ isActive, isAtEnd, onGoToEnd }: { isActive: boolean; isAtEnd: boolean; onGoToEnd: () => void }) {
  if (isAtEnd) return isActive ? <span className={classes.following}>Following</span> : null;
  return (
    <Button className={classes.toEnd} size="compact-sm" leftSection={<IconArrowDown size={16} />} onClick={onGoToEnd}>
      {isActive ? 'Jump to latest' : 'Jump to end'}
    </Button>
  );
}
