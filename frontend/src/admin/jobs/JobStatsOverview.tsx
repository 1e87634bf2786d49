import type { JobStats } from '@job-manager/shared/contract/run';
import { ActionIcon, Button, Popover } from '@mantine/core';
import { IconDots, IconEraser } from '@tabler/icons-react';
import { useRef, useState } from 'react';
import { JobStatsTiles } from '../../components/JobStatsTiles';
import { RelativeTime } from '../../components/RelativeTime';
import { ErrorPanel } from '../../ui/ErrorPanel';
import { RefreshButton } from '../../ui/RefreshButton';
import { Section } from '../../ui/Section';
import { SectionBoundary } from '../../ui/SectionBoundary';
import { StillTrying } from '../../ui/StillTrying';
import classes from './JobStatsOverview.module.css';

interface JobStatsOverviewProps {
  stats: JobStats | null;
  /** Being read, for the first time or again. */
  loading: boolean;
  /** How often reading has failed since it began. */
  failures?: number;
  /** No socket reports when they change. */
  isStale: boolean;
  /** Why there are none. */
  errorText: string | null;
  onRefresh: () => void;
  /** Absent for those who may not. */
  onCleanupStalled?: () => void;
}

/** How many run, wait and have ended, in one line. */
export function JobStatsOverview(props: JobStatsOverviewProps) {
  const { stats, loading, failures = 0, isStale, errorText, onRefresh, onCleanupStalled } = props;
  return (
    <Section title="Job Statistics" isTitleHidden className={`job-stats ${classes.section}`}>
      {errorText !== null && stats === null ? (
        <ErrorPanel title="Statistics could not be loaded" details={errorText} onRetry={onRefresh} />
      ) : (
        <SectionBoundary name="Job Statistics">
          <JobStatsTiles stats={stats} isStale={isStale} />
        </SectionBoundary>
      )}
      <div className={classes.tools}>
        <span className={classes.updated}>
          {stats ? (
            <>
              Updated <RelativeTime at={stats.updatedAt} isPast />
            </>
          ) : (
            loading && <StillTrying failures={failures} />
          )}
        </span>
        <RefreshButton size="xs" isFetching={loading} onRefresh={onRefresh} />
        {onCleanupStalled && <CleanUp count={stats?.stalled ?? 0} onCleanupStalled={onCleanupStalled} />}
      </div>
    </Section>
  );
}

/** A button while something is stalled; otherwise it is found when looked for. */
function CleanUp({ count, onCleanupStalled }: { count: number; onCleanupStalled: () => void }) {
  const [isOpen, setOpen] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);
  if (count > 0)
    return (
      <Button variant="default" size="xs" leftSection={<IconEraser size={14} />} onClick={onCleanupStalled}>
        Clean Up Stalled Jobs ({count.toLocaleString('en')})
      </Button>
    );
  return (
    <Popover opened={isOpen} onChange={setOpen} position="bottom-end" shadow="md" withinPortal={false} trapFocus>
      <Popover.Target>
        <ActionIcon
          ref={opener}
          variant="subtle"
          color="gray"
          size={32}
          aria-label="More about the statistics"
          onClick={() => setOpen(!isOpen)}
        >
          <IconDots size={16} />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown p={4}>
        <Button
          variant="subtle"
          color="gray"
          size="sm"
          leftSection={<IconEraser size={16} />}
          onClick={() => {
            // The dialog gives the focus back to what has it now.
            opener.current?.focus();
            setOpen(false);
            onCleanupStalled();
          }}
        >
          Clean Up Stalled Jobs
        </Button>
      </Popover.Dropdown>
    </Popover>
  );
}
