import { SavedViews } from '../../components/SavedViews';
import { SectionBoundary } from '../../ui/SectionBoundary';
import { HistorySection } from './HistorySection';
import { RunsPage } from './RunsPage';

/** The history on a page of its own. */
export function JobHistoryPage() {
  return (
    <RunsPage tab="History">
      <SectionBoundary name="Job History" isFramed>
        <HistorySection isOnlySection views={<SavedViews page="history" />} />
      </SectionBoundary>
    </RunsPage>
  );
}
