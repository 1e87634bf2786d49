import { HealthHint } from '../../components/HealthHint';
import { useCleanUpStalled } from '../../components/useCleanUpStalled';
import { SectionBoundary } from '../../ui/SectionBoundary';
import { ActiveSection } from './ActiveSection';
import { HistorySection } from './HistorySection';
import { RunsPage } from './RunsPage';
import { StatsSection } from './StatsSection';

/** The main page: statistics, active runs, and history. */
export function JobManagerPage() {
  const cleanUp = useCleanUpStalled();
  return (
    <RunsPage tab="All">
      <HealthHint isAboveRuns />
      <SectionBoundary name="Job Statistics" isFramed>
        <StatsSection onCleanupStalled={cleanUp.open} />
      </SectionBoundary>
      <SectionBoundary name="Active & Queued Jobs" isFramed>
        <ActiveSection onCleanupStalled={cleanUp.open} />
      </SectionBoundary>
      <SectionBoundary name="Job History" isFramed>
        <HistorySection />
      </SectionBoundary>
      {cleanUp.dialog}
    </RunsPage>
  );
}
