import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from 'react-router-dom';
import { toFailure } from '../../api/failure';
import { healthKey } from '../../api/health-queries';
import { AutoRefresh } from '../../components/AutoRefresh';
import { channelsKey } from '../../components/channels/calls';
import { HealthHint } from '../../components/HealthHint';
import { ChartDialog } from '../../components/metrics/ChartDialog';
import { stepOf, useStartingRange } from '../../components/metrics/chart-choice';
import { metricsQuery } from '../../components/metrics/metric-calls';
import { RangeChoice } from '../../components/metrics/RangeChoice';
import { Permitted } from '../../components/Permitted';
import { paths } from '../../paths';
import { ErrorPanel } from '../../ui/ErrorPanel';
import { Page } from '../../ui/Page';
import { Section } from '../../ui/Section';
import { StillTrying } from '../../ui/StillTrying';
import { ChannelBacklogs } from './ChannelBacklogs';
import { overviewQuery } from './calls';
import { HotIssues } from './HotIssues';
import { KpiSettings } from './KpiSettings';
import { KpiStrip } from './KpiStrip';
import { type KpiName, kpis } from './kpis';
import classes from './overview.module.css';
import { useOverviewUrlState } from './overview-url-state';
import { RunnerPulse } from './RunnerPulse';
import { ServiceHealth } from './ServiceHealth';
import { Snapshots } from './Snapshots';

/** Whether the queue keeps up, and where it doesn't. */
export function OverviewPage() {
  return (
    <Permitted permission="view" title="Overview">
      <Overview />
    </Permitted>
  );
}

function Overview() {
  const place = useOverviewUrlState();
  const { choice } = place;
  const starting = useStartingRange(choice.range);
  const { range } = starting;
  const queryClient = useQueryClient();
  const measures = choice.kpis.map((name) => kpis[name].measure);
  const stepMs = stepOf(choice.step, range, measures);
  // With the period before in any case: each figure shows how it has changed.
  const { data, error, failureCount, refetch, dataUpdatedAt, isFetching } = useQuery(
    metricsQuery({ measures, range, stepMs, isCompared: true }),
  );
  if (data) starting.note(data);
  const refresh = () => {
    void refetch();
    for (const queryKey of refreshed) void queryClient.invalidateQueries({ queryKey });
  };
  return (
    <Page
      title="Async Jobs Overview"
      tabTitle="Overview"
      trail={[{ label: 'Overview' }]}
      lead="Job queues & runner activity: whether the queue keeps up, and where it does not"
      actions={
        <>
          <AutoRefresh
            page="overview"
            isOnByDefault
            updatedAt={dataUpdatedAt}
            isFetching={isFetching}
            onRefresh={refresh}
          />
          <Button component={Link} to={paths.jobs} variant="default">
            Manage Jobs
          </Button>
          <Button component={Link} to={paths.systemStatus} variant="default">
            Service Health
          </Button>
        </>
      }
    >
      <HealthHint />
      <Section
        title="Figures"
        aside={
          data === undefined &&
          error === null && (
            <span className="dimmed">
              <StillTrying failures={failureCount} />
            </span>
          )
        }
        actions={
          <>
            <RangeChoice range={range} onChange={(range) => place.choose({ range })} />
            <KpiSettings choice={choice} onChange={place.choose} />
          </>
        }
      >
        {data === undefined && error ? (
          <ErrorPanel title="Figures could not be loaded" details={toFailure(error)} onRetry={() => void refetch()} />
        ) : (
          <KpiStrip answer={data} choice={choice} range={range} onOpen={place.openChart} />
        )}
      </Section>
      <div className={classes.halves}>
        <ServiceHealth />
        <RunnerPulse />
        <ChannelBacklogs />
        <HotIssues />
      </div>
      <Snapshots />
      <ChartDialog
        drawing={place.chart && drawingOf(place.chart)}
        choice={choice}
        range={range}
        onRange={(next) => place.choose({ range: next })}
        onClose={place.closeChart}
      />
    </Page>
  );
}

/** What Refresh reads beside the figures. */
const refreshed = [channelsKey(), healthKey(), overviewQuery().queryKey];

function drawingOf(name: KpiName) {
  const { label, measure, tone } = kpis[name];
  return { measure, name: label, tone };
}
