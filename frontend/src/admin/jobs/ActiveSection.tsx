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
        below={list.jobs.length > MAX_ROWS ? <AllActive count={list.jobs.length} /> : undefined}
        onCleanupStalled={onCleanupStalled}
      />
    </>
  );
}

const AllActive = ({ count }: { count: number }) => (
  <Anchor component={Link} to={paths.monitor} size="sm">
    All {count.toLocaleString('en')} active runs
  </Anchor>
);
