import { Page } from '../../ui/Page';
import { SectionBoundary } from '../../ui/SectionBoundary';
import { HistorySection } from './HistorySection';

/** The history on a page of its own. */
export function JobHistoryPage() {
  return (
    <Page title="History" lead="Every run that has ended, newest first">
      <SectionBoundary name="Job History" isFramed>
        <HistorySection />
      </SectionBoundary>
    </Page>
  );
}
