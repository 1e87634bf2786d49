import type { JobRunSummary } from '@job-manager/shared/contract/run';
import { IconZzz } from '@tabler/icons-react';
import { type ComponentType, type ReactNode, Suspense, useMemo, useRef } from 'react';
import { useLive } from '../../api/live/LiveProvider';
import { useServerTime } from '../../api/server-clock';
import { formatQueued } from '../../components/queued-count';
import type { TickedRows } from '../../components/ticks';
import { useRunKeys } from '../../components/useRunKeys';
import { EmptyState } from '../../ui/EmptyState';
import { useHoldStill, useIsHeldStill, useSteady } from '../../ui/hold-still';
import { loadable } from '../../ui/loadable';
import { RowSkeletons } from '../../ui/RowSkeletons';
import { useRovingRows } from '../../ui/roving-rows';
import { Section } from '../../ui/Section';
import { SectionBoundary } from '../../ui/SectionBoundary';
import { useIsInside } from '../../ui/useIsInside';
import classes from './ActiveJobsMonitor.module.css';
import type { ActiveRowProps } from './active-row';
import { attentionFrom, type LimitsOf } from './attention';
import { JobRunCard } from './JobRunCard';
import type { ListRow } from './list-rows';
import { useListRows } from './useListRows';
import { WaitingChanges } from './WaitingChanges';

// Most of the time nothing is slow or stalled.
const AttentionBanner = loadable(() => import('./AttentionBanner').then((module) => module.AttentionBanner));

interface ActiveJobsMonitorProps {
  /** Active runs in display order. */
  jobs: readonly JobRunSummary[];
  /** Runs that ended a moment ago. */
  ended: readonly JobRunSummary[];
  counts: { running: number; queued: number } | null;
  loading: boolean;
  /** The page has nothing else: no title, and the list grows with its content instead of scrolling inside. */
  isOnlySection?: boolean;
  /** Rows beyond it are counted and not drawn. */
  maxRows?: number;
  limitsOf: LimitsOf;
  isCancelling: (jobRunId: string) => boolean;
  onCancel: (run: JobRunSummary) => void;
  onViewDetails: (jobRunId: string) => void;
  /** Absent for those who may not. */
  onCleanupStalled?: () => void;
  /** Rows can be ticked. */
  ticks?: TickedRows;
  /** Draws the rows another way. */
  List?: ComponentType<RunListProps>;
  /** In place of the counts. */
  aside?: ReactNode;
  /** Above the list, and no part of it: the focus there lets rows come and go. */
  toolbar?: ReactNode;
  /** In place of an empty list, where filters have left nothing. */
  noMatch?: ReactNode;
  below?: ReactNode;
}

/** The runs that are going on or waiting. None of them moves while the pointer or the focus is among them. */
export function ActiveJobsMonitor(props: ActiveJobsMonitorProps) {
  const { jobs, ended, counts, loading, isCancelling, isOnlySection, maxRows, List = RunList } = props;
  const zone = useRef<HTMLDivElement>(null);
  useHoldStill(useIsInside(zone));
  const isHeld = useIsHeldStill();
  const { rows, waiting, showAll } = useListRows({ active: jobs, ended, isHeld, isCancelRequested: isCancelling });
  const isEmpty = rows.length === 0;
  const { limitsOf } = props;
  const attentionAt = useMemo(
    () =>
      jobs.reduce((first, run) => Math.min(first, attentionFrom(run, limitsOf(run.jobName))), Number.POSITIVE_INFINITY),
    [jobs, limitsOf],
  );
  const needsAttention = useSteady(useServerTime((now) => now > attentionAt));
  return (
    <Section
      title="Active & Queued Jobs"
      isTitleHidden={isOnlySection}
      className="active-jobs"
      aside={
        props.aside ?? (
          <>
            {counts && !isEmpty && <Counts {...counts} shown={Math.min(jobs.length, maxRows ?? jobs.length)} />}
            <Source />
          </>
        )
      }
    >
      {props.toolbar}
      <div ref={zone} className={classes.zone}>
        {needsAttention && (
          <SectionBoundary name="What needs attention">
            <Suspense fallback={null}>
              <AttentionBanner {...props} jobs={jobs} rows={rows} />
            </Suspense>
          </SectionBoundary>
        )}
        {waiting > 0 && (
          <WaitingChanges
            label={`${waiting.toLocaleString('en')} ${waiting === 1 ? 'change' : 'changes'} · Show`}
            onShow={showAll}
          />
        )}
        {loading ? (
          <RowSkeletons rows={3} label="Loading active jobs" />
        ) : isEmpty && props.noMatch ? (
          props.noMatch
        ) : isEmpty ? (
          <EmptyState
            icon={IconZzz}
            title="No active jobs"
            text="Nothing is running or waiting. New runs appear here automatically."
          />
        ) : (
          <List {...props} rows={rows.slice(0, maxRows)} isHeld={isHeld} />
        )}
      </div>
      {props.below}
    </Section>
  );
}

export interface RunListProps extends ActiveJobsMonitorProps {
  rows: readonly ListRow[];
  isHeld: boolean;
  Row?: ComponentType<ActiveRowProps>;
  Menu?: ActiveRowProps['Menu'];
  Advice?: ActiveRowProps['Advice'];
}

/** One place of the page for the Tab key. */
function RunList(props: RunListProps) {
  const zone = useRef<HTMLDivElement>(null);
  useRovingRows(zone);
  useRunKeys(zone, (wanted) => props.rows.find(({ run }) => run.id === wanted)?.run);
  return (
    <div ref={zone}>
      <RunRows {...props} />
    </div>
  );
}

export function RunRows({
  rows,
  isHeld,
  isOnlySection = false,
  limitsOf,
  isCancelling,
  onCancel,
  onViewDetails,
  ticks,
  Row = JobRunCard,
  Menu,
  Advice,
}: RunListProps) {
  return (
    <ul className={classes.list} data-full-height={isOnlySection || undefined} aria-label="Active and queued jobs">
      {rows.map(({ run, state }) => (
        <Row
          key={run.id}
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
      ))}
    </ul>
  );
}

interface CountsProps {
  running: number;
  queued: number;
  /** How many of them. */
  shown: number;
}

function Counts({ running, queued, shown }: CountsProps) {
  const hidden = running + queued - shown;
  return (
    <span className={classes.counts}>
      {running} running · {formatQueued(queued)} queued
      {hidden > 0 && ` · the first ${shown} shown`}
    </span>
  );
}

/** How the list stays as it is on the server; while the connection is lost, the banner has it. */
function Source() {
  const isLive = useLive((live) => live.status === 'live');
  return isLive && <span className={classes.counts}>(updates via WebSocket)</span>;
}
