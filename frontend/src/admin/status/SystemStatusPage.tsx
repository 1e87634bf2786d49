import type { SystemHealth } from '@job-manager/shared/contract/health';
import { IconPlugConnectedX } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { toFailure } from '../../api/failure';
import { healthQuery } from '../../api/health-queries';
import { AutoRefresh } from '../../components/AutoRefresh';
import { AlertFeed } from '../../components/alerts/AlertFeed';
import { metricsKey } from '../../components/metrics/metric-calls';
import { RelativeTime } from '../../components/RelativeTime';
import { Banner } from '../../ui/Banner';
import { ErrorPanel } from '../../ui/ErrorPanel';
import { Page } from '../../ui/Page';
import { Section } from '../../ui/Section';
import { SectionBoundary } from '../../ui/SectionBoundary';
import { MaintenanceSection } from './MaintenanceSection';
import { RecoverySection } from './RecoverySection';
import { RunnersSection } from './RunnersSection';
import { StatusSkeleton } from './StatusSkeleton';
import { SystemCharts } from './SystemCharts';
import classes from './SystemStatusPage.module.css';
import { TroubledRunsSection } from './TroubledRunsSection';
import { VerdictSection } from './VerdictSection';
import { VitalsSection } from './VitalsSection';

/** Whether all is well, what is not, and what can be done about it. */
export function SystemStatusPage() {
  const queryClient = useQueryClient();
  const { data, error, refetch, dataUpdatedAt, isFetching } = useQuery({
    ...healthQuery(),
    refetchOnWindowFocus: true,
  });
  const fault = error && toFailure(error).details;
  return (
    <Page
      title="System status"
      lead={data ? <Checked at={data.checkedAt} /> : 'Health of the server, its runners and the queue'}
      actions={
        <AutoRefresh
          page="system-status"
          isOnByDefault
          updatedAt={dataUpdatedAt}
          isFetching={isFetching}
          onRefresh={() => {
            void refetch();
            void queryClient.invalidateQueries({ queryKey: metricsKey });
          }}
        />
      }
    >
      {data && fault !== null && <OutOfDate at={data.checkedAt} reason={fault} />}
      {data ? (
        <Health health={data} isOld={fault !== null} />
      ) : fault !== null ? (
        <Section title="Health">
          <ErrorPanel title="Health could not be checked" details={fault} onRetry={() => void refetch()} />
        </Section>
      ) : (
        <StatusSkeleton />
      )}
      <SectionBoundary name="Alerts" isFramed>
        <AlertFeed />
      </SectionBoundary>
      <SectionBoundary name="Recovery" isFramed>
        <RecoverySection />
      </SectionBoundary>
    </Page>
  );
}

function Checked({ at }: { at: string }) {
  return (
    <>
      Checked <RelativeTime at={at} />
    </>
  );
}

function OutOfDate({ at, reason }: { at: string; reason: string }) {
  return (
    <Banner icon={IconPlugConnectedX} title="Health could not be checked">
      {reason} What stands below was so <RelativeTime at={at} />.
    </Banner>
  );
}

function Health({ health, isOld }: { health: SystemHealth; isOld: boolean }) {
  return (
    <div className={classes.health} data-old={isOld || undefined}>
      <SectionBoundary name="The verdict" isFramed>
        <VerdictSection health={health} />
      </SectionBoundary>
      <VitalsSection health={health} />
      <SectionBoundary name="The charts of the server" isFramed>
        <SystemCharts />
      </SectionBoundary>
      <SectionBoundary name="Runners" isFramed>
        <RunnersSection runners={health.runners} />
      </SectionBoundary>
      <SectionBoundary name="Stalled and slow runs" isFramed>
        <TroubledRunsSection {...health} />
      </SectionBoundary>
      <SectionBoundary name="Maintenance" isFramed>
        <MaintenanceSection tasks={health.maintenance} />
      </SectionBoundary>
    </div>
  );
}
