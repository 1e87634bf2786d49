import type { JobRunSummary } from '@job-manager/shared/contract/run';
import { Anchor, Button } from '@mantine/core';
import { IconFilterOff, IconHistory } from '@tabler/icons-react';
import { type ReactNode, type RefObject, Suspense } from 'react';
import { Link } from 'react-router-dom';
import { filterOfHistory } from '../../api/bulk-filter';
import type { HistoryFilters } from '../../api/job-queries';
import { serverTimeOf } from '../../api/server-clock';
import { HistoryTable } from '../../components/HistoryTable';
import type { TickedRows } from '../../components/ticks';
import { historyWith } from '../../components/url-state';
import { describeTime } from '../../lib/time-range';
import { EmptyState } from '../../ui/EmptyState';
import { ErrorPanel } from '../../ui/ErrorPanel';
import { loadable } from '../../ui/loadable';
import { describeRange, Pager } from '../../ui/Pager';
import { RowSkeletons } from '../../ui/RowSkeletons';
import { Section } from '../../ui/Section';
import { HistoryFilterBar } from './HistoryFilterBar';
import classes from './JobHistoryList.module.css';
import { WaitingChanges } from './WaitingChanges';
import type { HistoryWalk } from './WalkPager';

const WalkPager = loadable(() => import('./WalkPager').then((module) => module.WalkPager));
const ListSelection = loadable(() => import('./ListSelection').then((module) => module.ListSelection));

interface JobHistoryListProps {
  /** The page has nothing else, and the title stands above it. */
  isOnlySection?: boolean;
  views?: ReactNode;
  runs: readonly JobRunSummary[];
  total: number;
  walk: HistoryWalk | null;
  /** When the list was read, by this machine's clock. */
  readAt: number;
  /** Nothing to show yet. */
  loading: boolean;
  /** Another page is on its way, the old one still shown. */
  isTurning: boolean;
  errorText: string | null;
  page: number;
  pageSize: number;
  jobNames: readonly string[];
  /** The reader opened the filter of jobs. */
  onOpenJobs: () => void;
  filters: HistoryFilters;
  ticks: TickedRows;
  /** Around the rows. */
  zone: RefObject<HTMLDivElement | null>;
  /** Runs have ended since this page was read. */
  hasNewRuns: boolean;
  onShowNewRuns: () => void;
  onPageChange: (page: number) => void;
  onFilterChange: (filters: HistoryFilters) => void;
  onViewDetails: (jobRunId: string) => void;
  /** Absent for those who may not run. */
  onRunNew?: () => void;
  onRetry: () => void;
}

/** Runs that have ended, newest first. */
export function JobHistoryList(props: JobHistoryListProps) {
  const { isOnlySection = false, page, pageSize, total, runs, ticks, filters } = props;
  const { loading, errorText, hasNewRuns, onShowNewRuns, onPageChange } = props;
  return (
    <Section title="Job History" isTitleHidden={isOnlySection} className="job-history">
      <HistoryFilterBar {...props} />
      <div ref={props.zone} className={classes.zone}>
        {hasNewRuns && <WaitingChanges label="New runs" onShow={onShowNewRuns} />}
        {loading ? (
          <RowSkeletons rows={8} isDense label="Loading job history" />
        ) : errorText !== null ? (
          <ErrorPanel title="History could not be loaded" details={errorText} onRetry={props.onRetry} />
        ) : runs.length === 0 ? (
          <NoRuns {...props} />
        ) : (
          <HistoryTable
            runs={runs}
            isBusy={props.isTurning}
            onViewDetails={props.onViewDetails}
            ticks={isOnlySection ? ticks : undefined}
          />
        )}
      </div>
      {props.walk !== null && !loading && errorText === null && (
        <Suspense>
          <WalkPager {...props.walk} shown={runs.length} />
        </Suspense>
      )}
      {total > 0 &&
        props.walk === null &&
        (isOnlySection || page > 1 ? (
          <Pager
            label="History pages"
            noun="runs"
            page={page}
            pageSize={pageSize}
            total={total}
            shown={runs.length}
            onPageChange={onPageChange}
          />
        ) : (
          <LeadToAll {...props} />
        ))}
      {isOnlySection && ticks.ids.size > 0 && (
        <Suspense>
          <ListSelection
            ticks={ticks}
            matching={
              isNarrowed(filters)
                ? {
                    total: props.walk === null ? total : null,
                    filter: () => filterOfHistory(filters, serverTimeOf(props.readAt)),
                  }
                : undefined
            }
          />
        </Suspense>
      )}
    </Section>
  );
}

/** Below other lists only the newest runs are shown; the history has the others, with the same filters. */
function LeadToAll({ runs, total, filters }: JobHistoryListProps) {
  return (
    <div className={classes.all}>
      <span>{describeRange(1, runs.length, total)}</span>
      <Anchor component={Link} to={historyWith(filters)} inherit>
        All history ▸
      </Anchor>
    </div>
  );
}

function NoRuns({ filters, total, walk, onFilterChange, onPageChange }: JobHistoryListProps) {
  if (walk !== null && walk.searchedBackTo !== null) return null;
  if (total > 0) {
    return (
      <EmptyState
        icon={IconHistory}
        title="This page is past the end"
        text="There are fewer runs than that."
        action={<Button onClick={() => onPageChange(1)}>Go to the first page</Button>}
      />
    );
  }
  if (isNarrowed(filters)) {
    return (
      <EmptyState
        icon={IconFilterOff}
        title="No runs match these filters"
        text={`Nothing has ended ${describe(filters)}.`}
        action={
          <Button variant="default" onClick={() => onFilterChange({})}>
            Clear filters
          </Button>
        }
      />
    );
  }
  return (
    <EmptyState
      icon={IconHistory}
      title="No runs yet"
      text="Once a run has ended, it is listed here with how it went and how long it took."
    />
  );
}

const isNarrowed = (filters: HistoryFilters): boolean => Object.values(filters).some((value) => value !== undefined);

function describe({ jobName, status, time, more }: HistoryFilters): string {
  const parts = [jobName && `job ${jobName}`, status && `status ${status}`, more && 'these conditions']
    .filter(Boolean)
    .join(' and ');
  return [parts && `with ${parts}`, time && describeTime(time)].filter(Boolean).join(' ');
}
