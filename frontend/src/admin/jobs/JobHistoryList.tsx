import type { JobRunSummary } from '@job-manager/shared/contract/run';
import { Anchor, Button } from '@mantine/core';
import { IconFilterOff, IconHistory } from '@tabler/icons-react';
import { type ReactNode, Suspense } from 'react';
import { Link } from 'react-router-dom';
import type { HistoryFilters } from '../../api/job-queries';
import { HistoryTable } from '../../components/HistoryTable';
import type { TickedRows } from '../../components/ticks';
import { paths } from '../../paths';
import { EmptyState } from '../../ui/EmptyState';
import { ErrorPanel } from '../../ui/ErrorPanel';
import { loadable } from '../../ui/loadable';
import { describeRange, Pager } from '../../ui/Pager';
import { RowSkeletons } from '../../ui/RowSkeletons';
import { Section } from '../../ui/Section';
import { HistoryFilterBar } from './HistoryFilterBar';
import classes from './JobHistoryList.module.css';

const SelectionBar = loadable(() => import('./SelectionBar').then((module) => module.SelectionBar));

interface JobHistoryListProps {
  /** The page has nothing else, and the title stands above it. */
  isOnlySection?: boolean;
  views?: ReactNode;
  runs: readonly JobRunSummary[];
  total: number;
  /** Nothing to show yet. */
  loading: boolean;
  /** Another page is on its way, the old one still shown. */
  isTurning: boolean;
  fault: string | null;
  page: number;
  pageSize: number;
  jobNames: readonly string[];
  /** The reader opened the filter of jobs. */
  onOpenJobs: () => void;
  filters: HistoryFilters;
  ticks: TickedRows;
  /** Runs have ended since this page was read. */
  hasNewRuns: boolean;
  onShowNewRuns: () => void;
  onPageChange: (page: number) => void;
  onFilterChange: (filters: HistoryFilters) => void;
  onViewDetails: (jobRunId: string) => void;
  onRunNew: () => void;
  onRetry: () => void;
}

/** Runs that have ended, newest first. */
export function JobHistoryList(props: JobHistoryListProps) {
  const { isOnlySection = false, page, pageSize, total, runs, ticks } = props;
  const { loading, fault, hasNewRuns, onShowNewRuns, onPageChange } = props;
  return (
    <Section
      title="Job History"
      isTitleHidden={isOnlySection}
      className="job-history"
      actions={
        hasNewRuns && (
          <Button variant="light" onClick={onShowNewRuns}>
            New runs
          </Button>
        )
      }
    >
      <HistoryFilterBar {...props} />
      {loading ? (
        <RowSkeletons rows={8} isDense label="Loading job history" />
      ) : fault !== null ? (
        <ErrorPanel title="History could not be loaded" details={fault} onRetry={props.onRetry} />
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
      {total > 0 &&
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
          <SelectionBar ticks={ticks} />
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

function historyWith({ jobName, status }: HistoryFilters): string {
  const query = new URLSearchParams();
  if (jobName !== undefined) query.set('job', jobName);
  if (status !== undefined) query.set('status', status);
  return query.size > 0 ? `${paths.history}?${query}` : paths.history;
}

function NoRuns({ filters, total, onFilterChange, onPageChange }: JobHistoryListProps) {
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
  if (filters.jobName !== undefined || filters.status !== undefined) {
    return (
      <EmptyState
        icon={IconFilterOff}
        title="No runs match these filters"
        text={`Nothing has ended with ${describe(filters)}.`}
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

function describe({ jobName, status }: HistoryFilters): string {
  const parts = [jobName && `job ${jobName}`, status && `status ${status}`];
  return parts.filter(Boolean).join(' and ');
}
