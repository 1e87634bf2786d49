import { Page } from '../../ui/Page';
import { HistorySection } from './HistorySection';

/** The history on a page of its own. */
export function JobHistoryPage() {
  return (
    <Page title="History" lead="Every run that has ended, newest first">
      <HistorySection />
    </Page>
  );
}
