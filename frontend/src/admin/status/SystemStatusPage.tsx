import type { SystemHealth } from '@job-manager/shared/contract/health';
import { IconPlugConnectedX } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { parseAsStringLiteral, useQueryState } from 'nuqs';
import { useEffect, useRef } from 'react';
import { useLocation } from 'react-router-dom';
import { codeOf, toFailure } from '../../api/failure';
import { healthQuery } from '../../api/health-queries';
import { AutoRefresh } from '../../components/AutoRefresh';
import { metricsKey } from '../../components/metrics/metric-calls';
import { Pending } from '../../components/Pending';
import { RelativeTime } from '../../components/RelativeTime';
import { paths } from '../../paths';
import { Banner } from '../../ui/Banner';
import { ErrorPanel } from '../../ui/ErrorPanel';
import { LinkTabs } from '../../ui/LinkTabs';
import { Page } from '../../ui/Page';
import { Section } from '../../ui/Section';
import { SectionBoundary } from '../../ui/SectionBoundary';
import { CHARTS } from './components';
import { AlertFeed, ServiceLog } from './EventFeed';
import { MaintenanceSection } from './MaintenanceSection';
import { RecoverySection } from './RecoverySection';
import { RunnersSection } from './RunnersSection';
import { ServiceMatrix } from './ServiceMatrix';
import { StatusSkeleton } from './StatusSkeleton';
import { StatusStrip } from './StatusStrip';
import { SystemCharts } from './SystemCharts';
import classes from './SystemStatusPage.module.css';
import { api, refreshSystem, useFreshSystem } from './system-calls';
import { TroubledRunsSection } from './TroubledRunsSection';
import { VerdictSection } from './VerdictSection';

const tabs = ['now', 'events', 'maintenance'] as const;
const tabLabels = { now: 'Now', events: 'Events', maintenance: 'Maintenance' } as const;

/** The verdict on the system, its reasons, and the acts that help. */
export function SystemStatusPage() {
  const queryClient = useQueryClient();
  const [tab] = useQueryState('tab', parseAsStringLiteral(tabs).withDefault('now'));
  useFreshSystem();
  const { data, error, refetch, dataUpdatedAt, isFetching } = useQuery({
    ...healthQuery(),
    refetchOnWindowFocus: true,
  });
  const errorText = error && toFailure(error).details;
  return (
    <Page
      title="System status"
      tabTitle={tab === 'now' ? 'System status' : `${tabLabels[tab]} · System status`}
      tabs={
        <LinkTabs
          label="Parts of the system status"
          tabs={tabs.map((each) => ({
            to: each === 'now' ? paths.systemStatus : `${paths.systemStatus}?tab=${each}`,
            label: tabLabels[each],
            isCurrent: each === tab,
          }))}
        />
      }
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
            refreshSystem(queryClient);
          }}
        />
      }
    >
      {data && errorText !== null && <OutOfDate at={data.checkedAt} reason={errorText} />}
      {tab === 'events' ? (
        <ServiceLog />
      ) : data ? (
        <div className={classes.health} data-old={errorText !== null || undefined}>
          {tab === 'now' ? (
            <Now health={data} isDatabaseAway={codeOf(error) === 'UNAVAILABLE'} />
          ) : (
            <SectionBoundary name="Maintenance" isFramed>
              <MaintenanceSection tasks={data.maintenance} />
            </SectionBoundary>
          )}
        </div>
      ) : errorText !== null ? (
        <Section title="Health">
          <ErrorPanel title="Health could not be checked" details={errorText} onRetry={() => void refetch()} />
        </Section>
      ) : (
        <StatusSkeleton />
      )}
      {tab === 'now' && (
        <SectionBoundary name="Recovery" isFramed>
          <RecoverySection />
        </SectionBoundary>
      )}
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

function Now({ health, isDatabaseAway }: { health: SystemHealth; isDatabaseAway: boolean }) {
  const query = useQuery(api.status.queryOptions({ meta: { isQuiet: true } }));
  const { data: status } = query;
  return (
    <>
      <SectionBoundary name="The verdict" isFramed>
        <VerdictSection health={health} since={status?.verdict === health.verdict ? status.verdictSince : null} />
      </SectionBoundary>
      {status && (
        <SectionBoundary name="The figures" isFramed>
          <StatusStrip status={status} health={health} />
        </SectionBoundary>
      )}
      <div className={classes.beside}>
        <Section title="Service Matrix">
          {status === undefined ? (
            <Pending query={query} what="The service matrix" rows={8} />
          ) : (
            <ServiceMatrix services={status.components} firstDay={status.firstDay} isDatabaseAway={isDatabaseAway} />
          )}
        </Section>
        <SectionBoundary name="The alert feed" isFramed>
          <AlertFeed />
        </SectionBoundary>
      </div>
      <Charts />
      <SectionBoundary name="Runners" isFramed>
        <RunnersSection runners={health.runners} />
      </SectionBoundary>
      <SectionBoundary name="Stalled and slow runs" isFramed>
        <TroubledRunsSection {...health} />
      </SectionBoundary>
    </>
  );
}

/** The figures of the server over time; rows of the matrix lead here. */
function Charts() {
  const { hash, key } = useLocation();
  const target = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // Each press of such a link is another key, also where the hash stays.
    if (hash === CHARTS && key !== '') target.current?.scrollIntoView({ block: 'start' });
  }, [hash, key]);
  return (
    <div ref={target} className={classes.charts}>
      <SectionBoundary name="The charts of the server" isFramed>
        <SystemCharts />
      </SectionBoundary>
    </div>
  );
}
