import { type ComponentPropsWithoutRef, useEffect, useMemo, useRef } from 'react';
import { GroupedVirtuoso, type GroupedVirtuosoHandle } from 'react-virtuoso';
import { useRunKeys } from '../../components/useRunKeys';
import { useRovingRows } from '../../ui/roving-rows';
import type { RunListProps } from './ActiveJobsMonitor';
import type { RunGroup } from './active-groups';
import { JobRunCard } from './JobRunCard';
import type { ListRow } from './list-rows';
import classes from './RunBoard.module.css';
import { type GroupHeadProps, RunGroupHead } from './RunGroupHead';

interface Props extends RunListProps {
  groups: readonly RunGroup<ListRow>[];
  /** Scrolled to when it changes. */
  followed: string | null;
  rowHeight: number;
  /** The cancel of a whole group; undefined where there is none. */
  cancelOf: (group: RunGroup<ListRow>) => GroupHeadProps['onCancelAll'];
}

/** The head of a group stays below the bar at the top of the page. */
function StickyHead({ style, ...props }: ComponentPropsWithoutRef<'div'>) {
  return <div {...props} style={{ ...style, top: 'var(--header-height)', zIndex: 1 }} />;
}

const components = { TopItemList: StickyHead };

/** A list of any length: only the rows around those in view are in the page, which scrolls as a whole. */
export function VirtualRuns({ groups, followed, isHeld, rowHeight, Row = JobRunCard, Menu, Advice, ...list }: Props) {
  const { limitsOf, isCancelling, onCancel, onViewDetails, cancelOf } = list;
  const zone = useRef<HTMLDivElement>(null);
  const handle = useRef<GroupedVirtuosoHandle>(null);
  const rows = useMemo(() => groups.flatMap(({ rows: members }) => members), [groups]);
  const keys = useMemo(() => groups.flatMap(keysOf), [groups]);
  useRovingRows(zone);
  useRunKeys(zone, (wanted) => rows.find(({ run }) => run.id === wanted)?.run);
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
