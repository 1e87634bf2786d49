import { HealthHint } from '../../components/HealthHint';
import { Page } from '../../ui/Page';
import { SectionBoundary } from '../../ui/SectionBoundary';
import { JobStatsCard } from './JobStatsCard';
import { QuickLinks } from './QuickLinks';
import { RecentFailures } from './RecentFailures';

/** The overview: how the jobs do, where to go, what has failed lately. */
export function AdminDashboard() {
  return (
    <Page title="Dashboard" lead="How your background jobs are doing">
      <HealthHint />
      <SectionBoundary name="Job Statistics" isFramed>
        <JobStatsCard />
      </SectionBoundary>
      <QuickLinks />
      <SectionBoundary name="Recent Failures" isFramed>
        <RecentFailures />
      </SectionBoundary>
    </Page>
  );
}
