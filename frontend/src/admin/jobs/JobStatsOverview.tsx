import type { JobStats } from '@job-manager/shared/contract/run';
import { Button } from '@mantine/core';
import { IconEraser, IconRefresh } from '@tabler/icons-react';
import { JobStatsTiles } from '../../components/JobStatsTiles';
import { RelativeTime } from '../../components/RelativeTime';
import { ErrorPanel } from '../../ui/ErrorPanel';
import { Section } from '../../ui/Section';
import classes from './JobStatsOverview.module.css';

interface JobStatsOverviewProps {
  stats: JobStats | null;
  /** Being read, for the first time or anew. */
  loading: boolean;
  /** No socket reports when they change. */
  isStale: boolean;
  /** Why there are none. */
  fault: string | null;
  onRefresh: () => void;
  /** Absent for those who may not. */
  onCleanupStalled?: () => void;
}

/** How many run, wait and have ended. */
export function JobStatsOverview({
  stats,
  loading,
  isStale,
  fault,
  onRefresh,
  onCleanupStalled,
}: JobStatsOverviewProps) {
  return (
    <Section
      title="Job Statistics"
      className="job-stats"
      actions={
        <Button variant="default" leftSection={<IconRefresh size={16} />} loading={loading} onClick={onRefresh}>
          Refresh
        </Button>
      }
    >
      {fault !== null && stats === null ? (
        <ErrorPanel title="Statistics could not be loaded" details={fault} onRetry={onRefresh} />
      ) : (
        <JobStatsTiles stats={stats} isStale={isStale} />
      )}
      <div className={classes.footer}>
        {onCleanupStalled && (
          <Button variant="default" leftSection={<IconEraser size={16} />} onClick={onCleanupStalled}>
            Clean Up Stalled Jobs
          </Button>
        )}
        <span className={classes.updated}>
          {stats && (
            <>
              Updated <RelativeTime at={stats.updatedAt} />
            </>
          )}
        </span>
      </div>
    </Section>
  );
}
