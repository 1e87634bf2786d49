import { type ComponentPropsWithoutRef, useEffect, useMemo, useRef } from 'react';
import { GroupedVirtuoso, type GroupedVirtuosoHandle, type ScrollSeekPlaceholderProps } from 'react-virtuoso';
import { useRunKeys } from '../../components/useRunKeys';
import { useRovingRows } from '../../ui/roving-rows';
import type { RunListProps } from './ActiveJobsMonitor';
import type { RunGroup } from './active-groups';
import { JobRunCard } from './JobRunCard';
import type { ListRow } from './list-rows';
import classes from './RunBoard.module.css';
import { type GroupHeadProps, RunGroupHead } from './RunGroupHead';

export interface GroupedRunsProps extends RunListProps {
  groups: readonly RunGroup<ListRow>[];
  /** Scrolled to when it changes. */
  followed: string | null;
  /** The cancel of a whole group; undefined where there is none. */
  cancelOf: (group: RunGroup<ListRow>) => GroupHeadProps['onCancelAll'];
}

interface Props extends GroupedRunsProps {
  rowHeight: number;
}

/** The head of a group stays below the bar at the top of the page. */
function StickyHead({ style, ...props }: ComponentPropsWithoutRef<'div'>) {
  return <div {...props} style={{ ...style, top: 'var(--header-height)', zIndex: 1 }} />;
}

/** In place of a row that is gone in the next frame. */
const PassingRow = ({ height }: ScrollSeekPlaceholderProps) => (
  <div className={classes.passing} style={{ height }} aria-hidden />
);

const components = { TopItemList: StickyHead, ScrollSeekPlaceholder: PassingRow };

/**
 * Pixels per frame. Beyond the first, half of a small screen, no row can be read, and to draw all of them again in each
 * frame takes longer than a frame has.
 */
const passing = { enter: 400, exit: 100 };
const scrollSeek = {
  enter: (velocity: number) => Math.abs(velocity) > passing.enter,
  exit: (velocity: number) => Math.abs(velocity) < passing.exit,
};

/** A list of any length: only the rows around those in view are in the page, which scrolls as a whole. */
export function VirtualRuns({ groups, followed, isHeld, rowHeight, Row = JobRunCard, Menu, Advice, ...list }: Props) {
  const { limitsOf, isCancelling, onCancel, onViewDetails, cancelOf, ticks } = list;
  const zone = useRef<HTMLDivElement>(null);
  const handle = useRef<GroupedVirtuosoHandle>(null);
  const rows = useMemo(() => groups.flatMap(({ rows: members }) => members), [groups]);
  const keys = useMemo(() => groups.flatMap(keysOf), [groups]);
  useRovingRows(zone);
  useRunKeys(
    zone,
    (wanted) => rows.find(({ run }) => run.id === wanted)?.run,
    ticks,
    () => rows.map(({ run }) => run.id),
  );
  const isNamed = groups.some(({ label }) => label !== '');
  const scrolledTo = useRef<string | null>(null);
  useEffect(() => {
    if (followed === null || isHeld || scrolledTo.current === followed) return;
    const index = rows.findIndex(({ run }) => run.id === followed);
    if (index < 0) return;
    scrolledTo.current = followed;
    handle.current?.scrollIntoView({ index, behavior: 'smooth' });
  }, [followed, isHeld, rows]);
  return (
    // biome-ignore lint/a11y/useSemanticElements: Virtuoso wraps each item in a div, which no ul may have between its items
    <div ref={zone} className={classes.virtual} role="list" aria-label="Active and queued jobs">
      <GroupedVirtuoso
        ref={handle}
        useWindowScroll
        components={components}
        scrollSeekConfiguration={scrollSeek}
        groupCounts={groups.map(({ rows: members }) => members.length)}
        computeItemKey={(index) => keys[index] ?? index}
        groupContent={(index) => {
          const group = groups[index];
          return group && isNamed ? (
            <RunGroupHead group={group} onCancelAll={cancelOf(group)} />
          ) : (
            <div className={classes.nameless} />
          );
        }}
        defaultItemHeight={rowHeight}
        increaseViewportBy={200}
        itemContent={(index) => {
          const row = rows[index];
          if (row === undefined) return null;
          const { run, state } = row;
          return (
            <Row
              as="div"
              run={run}
              state={state}
              isFading={state === 'ended' && !isHeld}
              isCancelling={state === 'active' && isCancelling(run.id)}
              limits={limitsOf(run.jobName)}
              isTicked={ticks?.ids.has(run.id)}
              onTick={ticks?.toggle}
              onCancel={onCancel}
              onViewDetails={onViewDetails}
              Menu={Menu}
              Advice={Advice}
            />
          );
        }}
      />
    </div>
  );
}

/** Virtuoso counts heads and rows together. A row keeps its element wherever its run moves to. */
const keysOf = ({ key, rows }: RunGroup<ListRow>): string[] => [`group ${key}`, ...rows.map(({ run }) => run.id)];
