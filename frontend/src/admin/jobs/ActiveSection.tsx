import { ConnectionBanner } from '../../components/ConnectionBanner';
import { ActiveJobsMonitor } from './ActiveJobsMonitor';
import { useActiveList } from './useActiveList';

interface Props {
  /** Absent for those who may not. */
  onCleanupStalled?: () => void;
}

/** The active list among other sections. */
export function ActiveSection({ onCleanupStalled }: Props) {
  const list = useActiveList();
  return (
    <>
      <ConnectionBanner />
      <ActiveJobsMonitor {...list} onCleanupStalled={onCleanupStalled} />
    </>
  );
}
