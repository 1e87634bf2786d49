import type { JobRunSummary } from '@job-manager/shared/contract/run';
import { Button } from '@mantine/core';
import { IconPlayerPlay, IconZzz } from '@tabler/icons-react';
import { EmptyState } from '../../ui/EmptyState';
import { RowSkeletons } from '../../ui/RowSkeletons';
import { Section } from '../../ui/Section';
import classes from './ActiveJobsMonitor.module.css';
import { AttentionBanner } from './AttentionBanner';
import type { LimitsOf } from './attention';
import { JobRunCard } from './JobRunCard';

interface ActiveJobsMonitorProps {
  /** Active runs in display order. */
  jobs: readonly JobRunSummary[];
  /** Runs that ended a moment ago. */
  leaving: readonly JobRunSummary[];
  counts: { running: number; queued: number } | null;
  loading: boolean;
  /** Grows with its content instead of scrolling inside. */
  isFullHeight?: boolean;
  limitsOf: LimitsOf;
  isCancelling: (jobRunId: string) => boolean;
  onCancel: (run: JobRunSummary) => void;
  onViewDetails: (jobRunId: string) => void;
  onRunNew: () => void;
  /** Absent for those who may not. */
  onCleanupStalled?: () => void;
}

/** The runs that are going on or waiting, as the socket tells them. */
export function ActiveJobsMonitor(props: ActiveJobsMonitorProps) {
  const { jobs, leaving, counts, loading, isFullHeight = false, onRunNew } = props;
  const isEmpty = jobs.length + leaving.length === 0;
  return (
    <Section
      title="Active & Queued Jobs"
      className="active-jobs"
      aside={counts && !isEmpty ? <Counts {...counts} shown={jobs} /> : null}
    >
      <AttentionBanner {...props} jobs={jobs} />
      {loading ? (
        <RowSkeletons rows={3} label="Loading active jobs" />
      ) : isEmpty ? (
        <EmptyState
          icon={IconZzz}
          title="No active jobs"
          text="Nothing is running or waiting. Whatever starts appears here by itself."
          action={
            <Button variant="light" leftSection={<IconPlayerPlay size={16} />} onClick={onRunNew}>
              Run New Job
            </Button>
          }
        />
      ) : (
        <RunList {...props} isFullHeight={isFullHeight} />
      )}
    </Section>
  );
}

function RunList({
  jobs,
  leaving,
  isFullHeight,
  limitsOf,
  isCancelling,
  onCancel,
  onViewDetails,
}: ActiveJobsMonitorProps) {
  const row = (run: JobRunSummary, isLeaving: boolean) => (
    <JobRunCard
      key={run.id}
      run={run}
      isLeaving={isLeaving}
      isCancelling={!isLeaving && isCancelling(run.id)}
      limits={limitsOf(run.jobName)}
      onCancel={onCancel}
      onViewDetails={onViewDetails}
    />
  );
  return (
    <ul className={classes.list} data-full-height={isFullHeight || undefined} aria-label="Active and queued jobs">
      {leaving.map((run) => row(run, true))}
      {jobs.map((run) => row(run, false))}
    </ul>
  );
}

interface CountsProps {
  running: number;
  queued: number;
  shown: readonly JobRunSummary[];
}

function Counts({ running, queued, shown }: CountsProps) {
  const hidden = running + queued - shown.length;
  return (
    <span className={classes.counts}>
      {running} running · {queued.toLocaleString('en')} queued
      {hidden > 0 && ` · the first ${shown.length} shown`}
    </span>
  );
}
