import { useHistoryGroup } from '../../components/url-state';
import { SectionBoundary } from '../../ui/SectionBoundary';
import { HistoryByCause } from './HistoryByCause';
import { HistorySection } from './HistorySection';
import { HistoryTools } from './HistoryTools';
import { RunsPage } from './RunsPage';

/** The history on a page of its own, as runs or folded by the causes of failures. */
export function JobHistoryPage() {
  const [group, setGroup] = useHistoryGroup();
  return (
    <RunsPage tab="History">
      <SectionBoundary name="Job History" isFramed>
        {group === 'cause' ? (
          <HistoryByCause onLeave={() => void setGroup(null)} />
        ) : (
          <HistorySection isOnlySection views={<HistoryTools />} />
        )}
      </SectionBoundary>
    </RunsPage>
  );
}
