import { queuedCap } from '@job-manager/shared/live';
import { Anchor } from '@mantine/core';
import { Link } from 'react-router-dom';
import { ConnectionBanner } from '../../components/ConnectionBanner';
import { paths } from '../../paths';
import { ActiveJobsMonitor } from './ActiveJobsMonitor';
import { useActiveList } from './useActiveList';

interface Props {
  /** Absent for those who may not. */
  onCleanupStalled?: () => void;
}

/** The list of the Active tab draws any number. */
const MAX_ROWS = 60;

/** The active list among other sections. */
export function ActiveSection({ onCleanupStalled }: Props) {
  const list = useActiveList();
  return (
    <>
      <ConnectionBanner />
      <ActiveJobsMonitor
        {...list}
        maxRows={MAX_ROWS}
        below={list.jobs.length > MAX_ROWS ? <AllActive counts={list.counts} /> : undefined}
        onCleanupStalled={onCleanupStalled}
      />
    </>
  );
}

/** The live list holds the first queued ones only; the counts have all. */
function AllActive({ counts }: Pick<ReturnType<typeof useActiveList>, 'counts'>) {
  const isCounted = counts !== null && counts.queued <= queuedCap;
  return (
    <Anchor component={Link} to={paths.monitor} size="sm">
      All {isCounted ? `${(counts.running + counts.queued).toLocaleString('en')} active runs` : 'active runs'}
    </Anchor>
  );
}
