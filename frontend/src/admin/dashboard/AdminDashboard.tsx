import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { Link } from 'react-router-dom';
import { healthKey } from '../../api/health-queries';
import { AutoRefresh } from '../../components/AutoRefresh';
import { HealthHint } from '../../components/HealthHint';
import { metricsKey } from '../../components/metrics/metric-calls';
import { useStats } from '../../components/useStats';
import { paths } from '../../paths';
import { Page } from '../../ui/Page';
import { SectionBoundary } from '../../ui/SectionBoundary';
import { CounterStrip } from './CounterStrip';
import { failuresOfDayQuery, upcomingQuery } from './calls';
import classes from './dashboard.module.css';
import { LiveJobs } from './LiveJobs';
import { OperationsPanel } from './OperationsPanel';
import { PublishedChart } from './PublishedChart';
import { RecentFailures } from './RecentFailures';
import { RunnerList } from './RunnerList';
import type { RunActs } from './run-acts';
import { UpcomingRuns } from './UpcomingRuns';

/** The current work, and the acts on it. `acts`: those that its lists offer for runs. */
export function AdminDashboard({ acts }: { acts: RunActs }) {
  return (
    <Page title="Jobs Dashboard" tabTitle="Dashboard" trail={[{ label: 'Dashboard' }]} actions={<HeadActions />}>
      <HealthHint />
      <SectionBoundary name="Counters" isFramed>
        <CounterStrip />
      </SectionBoundary>
      <PublishedChart />
      <div className={classes.halves}>
        <div className={classes.half}>
          <LiveJobs Menu={acts.Menu} />
          <UpcomingRuns />
        </div>
        <div className={classes.half}>
          <RecentFailures />
          <RunnerList />
        </div>
      </div>
      <OperationsPanel />
    </Page>
  );
}

function HeadActions() {
  const queryClient = useQueryClient();
  const { dataUpdatedAt, isFetching, refetch } = useStats();
  const refresh = () => {
    void refetch();
    for (const queryKey of [healthKey(), metricsKey, failuresOfDayQuery().queryKey, upcomingQuery().queryKey])
      void queryClient.invalidateQueries({ queryKey });
  };
  return (
    <>
      <AutoRefresh
        page="dashboard"
        isOnByDefault
        updatedAt={dataUpdatedAt}
        isFetching={isFetching}
        onRefresh={refresh}
      />
      <Button component={Link} to={paths.jobs} variant="default">
        Manage Jobs
      </Button>
      <Button component={Link} to={paths.history} variant="default">
        View All Jobs
      </Button>
    </>
  );
}
