import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useLocation } from 'react-router-dom';
import { definitionsQuery } from '../../api/job-queries';
import { channelsQuery } from '../../components/channels/calls';
import { MetricCharts } from '../../components/metrics/MetricCharts';
import { Permitted } from '../../components/Permitted';
import { paths } from '../../paths';
import { LinkTabs } from '../../ui/LinkTabs';
import { Page } from '../../ui/Page';
import { Section } from '../../ui/Section';
import { CompletedByJob } from './CompletedByJob';
import { chartsOf, published, slots } from './charts';
import { FailureCauses } from './FailureCauses';
import { FailuresByVersion } from './FailuresByVersion';
import { FiguresStrip } from './FiguresStrip';
import { HeatStrip } from './HeatStrip';
import { JobFigures } from './JobFigures';
import type { FigureName } from './JobFiguresTable';
import { type AnalyticsTab, analyticsTabs, DEFAULT_RANGE, useAnalyticsUrlState } from './url-state';

const labels: Record<AnalyticsTab, string> = {
  volume: 'Volume',
  duration: 'Duration',
  failures: 'Failures',
  capacity: 'Capacity',
  resources: 'Resources',
};

/** The columns of the table of jobs; none where a tab has no such table. */
const figuresOf: Record<AnalyticsTab, readonly FigureName[]> = {
  volume: ['ended', 'share', 'success', 'p50', 'p95', 'total', 'cpu'],
  duration: ['ended', 'p50', 'p95', 'slower', 'waited', 'total'],
  failures: ['failed', 'ended', 'success'],
  capacity: [],
  resources: ['ended', 'cpu', 'memory', 'total'],
};

/** How the whole does over weeks, and where time goes. */
export function AnalyticsPage() {
  return (
    <Permitted permission="view" title="Analytics">
      <Analytics />
    </Permitted>
  );
}

function Analytics() {
  const place = useAnalyticsUrlState();
  const { tab, job, channel } = place;
  const isCapacity = tab === 'capacity';
  const subject = isCapacity ? channel && { channel } : job && { jobName: job };
  const whole = subject ? [] : tab === 'volume' ? [published] : isCapacity ? [slots] : [];
  return (
    <Page
      title="Analytics"
      tabTitle={`${labels[tab]} · Analytics`}
      lead="How the whole does over weeks, and where time goes"
      tabs={<Tabs current={tab} />}
      actions={isCapacity ? <ChannelFilter place={place} /> : <JobFilter place={place} />}
    >
      {tab === 'volume' && (
        <Section title="Figures" isTitleHidden>
          <FiguresStrip place={place} />
        </Section>
      )}
      <MetricCharts
        key={tab}
        charts={[...whole, ...chartsOf[tab]]}
        of={subject || {}}
        defaultRange={DEFAULT_RANGE}
        isComparedByDefault
        empty="Charts begin with the first run that ends."
      />
      {tab === 'volume' && job === null && <CompletedByJob range={place.range} />}
      {figuresOf[tab].length > 0 && <JobFigures place={place} figures={figuresOf[tab]} />}
      {tab === 'failures' && job !== null && <FailuresByVersion jobName={job} range={place.range} />}
      {tab === 'failures' && <FailureCauses place={place} />}
      {isCapacity && <HeatStrip channel={channel} />}
    </Page>
  );
}

/** Range, comparison and filters go along from tab to tab; the order of a table doesn't. */
function Tabs({ current }: { current: AnalyticsTab }) {
  const { search } = useLocation();
  const to = (tab: AnalyticsTab) => {
    const query = new URLSearchParams(search);
    query.delete('sort');
    if (tab === 'volume') query.delete('tab');
    else query.set('tab', tab);
    return query.size > 0 ? `${paths.analytics}?${query}` : paths.analytics;
  };
  return (
    <LinkTabs
      label="Parts of analytics"
      tabs={analyticsTabs.map((tab) => ({ to: to(tab), label: labels[tab], isCurrent: tab === current }))}
    />
  );
}

type Place = { place: ReturnType<typeof useAnalyticsUrlState> };

/** At the end of the page instead, the choices would lie outside every landmark. */
const inPlace = { withinPortal: false };

function JobFilter({ place: { job, setJob } }: Place) {
  const { data: jobs = [] } = useQuery(definitionsQuery());
  const names = jobs.map(({ name }) => name);
  return (
    <Select
      aria-label="Job"
      placeholder="All jobs"
      data={job === null || names.includes(job) ? names : [job, ...names]}
      value={job}
      onChange={setJob}
      searchable
      clearable
      comboboxProps={inPlace}
      clearButtonProps={{ 'aria-label': 'Show all jobs' }}
    />
  );
}

function ChannelFilter({ place: { channel, setChannel } }: Place) {
  const { data: channels = [] } = useQuery(channelsQuery());
  const names = channels.map(({ name }) => name);
  return (
    <Select
      aria-label="Channel"
      placeholder="All channels"
      data={channel === null || names.includes(channel) ? names : [channel, ...names]}
      value={channel}
      onChange={setChannel}
      searchable
      clearable
      comboboxProps={inPlace}
      clearButtonProps={{ 'aria-label': 'Show all channels' }}
    />
  );
}
