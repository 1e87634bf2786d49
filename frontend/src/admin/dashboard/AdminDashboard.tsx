import { Page } from '../../ui/Page';
import { JobStatsCard } from './JobStatsCard';
import { QuickLinks } from './QuickLinks';
import { RecentFailures } from './RecentFailures';

/** The overview: how the jobs do, where to go, what has failed lately. */
export function AdminDashboard() {
  return (
    <Page title="Dashboard" lead="How your background jobs are doing">
      <JobStatsCard />
      <QuickLinks />
      <RecentFailures />
    </Page>
  );
}
