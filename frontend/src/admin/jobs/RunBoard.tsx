import { Suspense, useEffect, useMemo, useRef, useState } from 'react';
import type { BulkRequest } from '../../api/bulk-queries';
import { useLive } from '../../api/live/LiveProvider';
import { useServerTime } from '../../api/server-clock';
import { useRunKeys } from '../../components/useRunKeys';
import { DialogBoundary } from '../../ui/DialogBoundary';
import { loadable } from '../../ui/loadable';
import { useRovingRows } from '../../ui/roving-rows';
import { useIsPhone } from '../../ui/useIsPhone';
import { useReturnFocus } from '../../ui/useReturnFocus';
import { type RunListProps, RunRows } from './ActiveJobsMonitor';
import { cancelOfGroup, type Grouping, groupRows, type RunGroup } from './active-groups';
import { useActiveUrlState } from './active-url-state';
import { JobRunCard } from './JobRunCard';
import type { ListRow } from './list-rows';
import { OverUsual } from './OverUsual';
import classes from './RunBoard.module.css';
import { RunGroupHead } from './RunGroupHead';
import { RunMenu } from './RunMenu';
import { RunTableHead, RunTableRow } from './RunTableRow';
import type { GroupedRunsProps } from './VirtualRuns';

const BulkDialog = loadable(() => import('../../components/bulk/BulkDialog').then((module) => module.BulkDialog));
const VirtualRuns = loadable(() => import('./VirtualRuns').then((module) => module.VirtualRuns));

/** In pixels; measured once rows are drawn. */
const TABLE_ROW_HEIGHT = 40;
const CARD_HEIGHT = 56;

/** Longer lists draw only the rows around the reader. */
const MAX_PLAIN_ROWS = 60;
/** How often a run may pass from one group of states to another by time alone. */
const REGROUP_MS = 2_000;

/** The rows of the Active tab: in groups where the reader wants them, and drawn as far as they are in view. */
export function RunBoard(props: RunListProps) {
  const { grouping, isFollowing, view, set } = useActiveUrlState();
  const isTable = !useIsPhone() && view === 'table';
  const { cancelOf, dialog } = useCancelGroup();
  const groups = useRunGroups(props.rows, grouping, props.isHeld);
  const followed = useNewestStarted(isFollowing);
  useFollowing(isFollowing, () => set({ follow: null }));
  const drawn = {
    ...props,
    Row: isTable ? RunTableRow : JobRunCard,
    Menu: RunMenu,
    Advice: OverUsual,
    groups,
    followed,
    cancelOf,
  };
  return (
    <div className={classes.board} data-ticks={props.ticks !== undefined || undefined}>
      {dialog}
      {isTable && <RunTableHead />}
      {props.rows.length <= MAX_PLAIN_ROWS ? (
        <PlainRuns {...drawn} />
      ) : (
        <Suspense fallback={null}>
          <VirtualRuns {...drawn} rowHeight={isTable ? TABLE_ROW_HEIGHT : CARD_HEIGHT} />
        </Suspense>
      )}
    </div>
  );
}

/** All groups together are one place of the page for the Tab key, and one list for the keys of rows. */
function PlainRuns({ groups, followed, cancelOf, ...list }: GroupedRunsProps) {
  const { isHeld, ticks } = list;
  const zone = useRef<HTMLDivElement>(null);
  useRovingRows(zone);
  useRunKeys(zone, (wanted) => list.rows.find(({ run }) => run.id === wanted)?.run, ticks);
  useEffect(() => {
    if (followed === null || isHeld) return;
    zone.current?.querySelector(`[data-run="${followed}"]`)?.scrollIntoView({ block: 'nearest', behavior: 'smooth' });
  }, [followed, isHeld]);
  return (
    <div ref={zone}>
      {groups.map((group) => (
        <section key={group.key} aria-label={group.label || undefined}>
          <RunGroupHead group={group} onCancelAll={cancelOf(group)} />
          <RunRows {...list} rows={group.rows} />
        </section>
      ))}
    </div>
  );
}

/** Confirms before all runs of a group are cancelled. */
function useCancelGroup() {
  const { grouping, filters } = useActiveUrlState();
  const [confirmed, setConfirmed] = useState<{ label: string; request: BulkRequest } | null>(null);
  useReturnFocus(confirmed !== null);
  const close = () => setConfirmed(null);
  return {
    /** Undefined where none of the group can be cancelled. */
    cancelOf: (group: RunGroup<ListRow>) => {
      const request = grouping && cancelOfGroup(group, grouping, filters);
      return request ? () => setConfirmed({ label: group.label, request }) : undefined;
    },
    dialog: (
      <DialogBoundary opened={[confirmed]} onClose={close}>
        {confirmed && (
          <BulkDialog
            title="Cancel all in group"
            subject={confirmed.label}
            request={confirmed.request}
            onClose={close}
          />
        )}
      </DialogBoundary>
    ),
  };
}

/**
 * The groups of the list; one without a name where nothing is grouped. While the list is held, no run changes its
 * group.
 */
function useRunGroups(rows: readonly ListRow[], grouping: Grouping | null, isHeld: boolean): RunGroup<ListRow>[] {
  const now = useServerTime((time) => Math.floor(time / REGROUP_MS) * REGROUP_MS);
  const places = useRef<ReadonlyMap<string, string>>(new Map());
  const groups = useMemo(() => {
    if (grouping === null) return [{ key: 'all', label: '', detail: null, rows: [...rows] }];
    return groupRows(rows, grouping, now, isHeld ? places.current : undefined);
  }, [rows, grouping, now, isHeld]);
  useEffect(() => {
    places.current = new Map(
      groups.flatMap(({ key, rows: members }) => members.map(({ run }) => [run.id, key] as const)),
    );
  }, [groups]);
  return groups;
}

/** The run that started last; null while the list does not follow. */
const useNewestStarted = (isFollowing: boolean): string | null =>
  useLive((live) => {
    if (!isFollowing) return null;
    const started = live.runs.filter((run) => run.startedAt !== null);
    return (
      started.reduce<(typeof started)[number] | null>(
        (newest, run) => (newest === null || (run.startedAt ?? '') > (newest.startedAt ?? '') ? run : newest),
        null,
      )?.id ?? null
    );
  });

/** Ends the following when the reader scrolls. */
function useFollowing(isFollowing: boolean, stop: () => void): void {
  const latest = useRef(stop);
  useEffect(() => {
    latest.current = stop;
  });
  useEffect(() => {
    if (!isFollowing) return;
    const onScroll = () => latest.current();
    window.addEventListener('wheel', onScroll, { passive: true });
    window.addEventListener('touchmove', onScroll, { passive: true });
    return () => {
      window.removeEventListener('wheel', onScroll);
      window.removeEventListener('touchmove', onScroll);
    };
  }, [isFollowing]);
}
