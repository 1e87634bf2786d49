import { useCleanUpStalled } from '../../components/useCleanUpStalled';
import { SectionBoundary } from '../../ui/SectionBoundary';
import { ActiveBoard } from './ActiveBoard';
import { RunsPage } from './RunsPage';

/** The active runs, and nothing else: a page for the second screen. */
export function JobMonitorPage() {
  const cleanUp = useCleanUpStalled();
  return (
    <RunsPage tab="Active">
      <SectionBoundary name="Active & Queued Jobs" isFramed>
        <ActiveBoard onCleanupStalled={cleanUp.open} />
      </SectionBoundary>
      {cleanUp.dialog}
    </RunsPage>
  );
}
