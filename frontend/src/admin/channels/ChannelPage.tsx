import type { JobChannel } from '@job-manager/shared/contract/channels';
import { IconArrowsSplit2 } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Suspense } from 'react';
import { useParams } from 'react-router-dom';
import { useCan } from '../../api/session';
import { AutoRefresh } from '../../components/AutoRefresh';
import { AlertMe } from '../../components/alerts/AlertMe';
import { atMost, ChannelButtons, ChannelStateTag, OldestWait } from '../../components/channels/ChannelCells';
import { channelsQuery } from '../../components/channels/calls';
import { describeLimits, limitUse } from '../../components/channels/describe-limits';
import { useChannelActs } from '../../components/channels/useChannelActs';
import { JobLink, RunnerLink } from '../../components/EntityLinks';
import { PausedNote } from '../../components/PausedNote';
import { Pending } from '../../components/Pending';
import { Permitted } from '../../components/Permitted';
import { QueuedRuns } from '../../components/QueuedRuns';
import { SubjectAudit } from '../../components/SubjectAudit';
import { usePauseFromAddress } from '../../components/usePauseFromAddress';
import { paths } from '../../paths';
import { EmptyState } from '../../ui/EmptyState';
import { Fact, Facts } from '../../ui/Facts';
import { loadable } from '../../ui/loadable';
import { Meter } from '../../ui/Meter';
import { Page } from '../../ui/Page';
import { RowSkeletons } from '../../ui/RowSkeletons';
import { Section } from '../../ui/Section';
import { Cell, Table } from '../../ui/Table';
import classes from './channels.module.css';

const ChannelCharts = loadable(() => import('./ChannelCharts').then((module) => module.ChannelCharts));

/** One channel: what it does now, what limits it, what queues in it, who serves it and what was done to it. */
export function ChannelPage() {
  const { channel = '' } = useParams();
  return (
    <Permitted permission="view" title={channel}>
      <Channel name={channel} />
    </Permitted>
  );
}

function Channel({ name }: { name: string }) {
  const query = useQuery(channelsQuery());
  const { data, dataUpdatedAt, isFetching } = query;
  const queryClient = useQueryClient();
  const acts = useChannelActs();
  const channel = data?.find((each) => each.name === name);
  const canManage = useCan('manageChannels');
  usePauseFromAddress(channel, canManage ? () => acts.pause(name) : null);
  return (
    <Page
      title={name}
      trail={[{ label: 'Channels', to: paths.channels }, { label: name }]}
      lead="Channel"
      actions={
        <>
          <AutoRefresh
            page="channel"
            isOnByDefault
            updatedAt={dataUpdatedAt}
            isFetching={isFetching}
            onRefresh={() => void queryClient.refetchQueries({ type: 'active' })}
          />
          <AlertMe kind="channelLate" channel={name} of={`when runs wait too long in ${name}`} size="sm" />
          {channel && <ChannelButtons channel={channel} acts={acts} size="sm" />}
        </>
      }
    >
      <Section title="Now">
        {channel ? (
          <Now channel={channel} />
        ) : data ? (
          <EmptyState
            icon={IconArrowsSplit2}
            title={`There is no channel ${name}`}
            text="A channel is there as soon as a job names it, a run queues in it, or its limits are set."
          />
        ) : (
          <Pending query={query} what="The channel" />
        )}
      </Section>
      {channel && (
        <>
          <Section title="Limits">
            <Limits channel={channel} />
          </Section>
          <Suspense fallback={<RowSkeletons rows={3} label="Loading the charts" />}>
            <ChannelCharts channel={name} />
          </Suspense>
          <Section title="Queue">
            <QueuedRuns of={{ channel: name }} />
          </Section>
          <Section title="Jobs whose runs queue here">
            <Jobs jobs={channel.jobs} />
          </Section>
          <Section title="Runners that execute runs of it now">
            <Runners runners={channel.runners} />
          </Section>
          <SubjectAudit subject="channel" target={name} />
        </>
      )}
      {acts.dialogs}
    </Page>
  );
}

function Now({ channel }: { channel: JobChannel }) {
  return (
    <>
      {channel.paused && (
        <p>
          <PausedNote paused={channel.paused} />
        </p>
      )}
      <Facts>
        <Fact name="State">
          <ChannelStateTag channel={channel} />
        </Fact>
        <Fact name="Running">{channel.running.toLocaleString('en')}</Fact>
        <Fact name="Due">{atMost(channel.due)}</Fact>
        <Fact name="Scheduled">{atMost(channel.scheduled)}</Fact>
        <Fact name="Waiting for others">{atMost(channel.blocked)}</Fact>
        <Fact name="Oldest due">
          <OldestWait channel={channel} />
        </Fact>
      </Facts>
    </>
  );
}

function Limits({ channel }: { channel: JobChannel }) {
  const used = limitUse(channel);
  return (
    <>
      <p>{describeLimits(channel, channel.running)}</p>
      {used.length > 0 && (
        <Facts>
          {used.map(({ name, value, limit }) => (
            <Fact key={name} name={name}>
              <span className={classes.figure}>
                {value.toLocaleString('en')} of {limit.toLocaleString('en')}
                <Meter value={value} max={limit} tone={value > limit ? 'warning' : 'info'} />
              </span>
            </Fact>
          ))}
        </Facts>
      )}
    </>
  );
}

function Jobs({ jobs }: { jobs: readonly string[] }) {
  if (jobs.length === 0) return <p className="dimmed">No job names it; runs queue in it by their own option alone.</p>;
  return (
    <>
      <ul className={classes.names}>
        {jobs.map((jobName) => (
          <li key={jobName}>
            <JobLink jobName={jobName} />
          </li>
        ))}
      </ul>
      {jobs.length === MAX_JOBS && <p className="dimmed">The first {MAX_JOBS} by name are shown.</p>}
    </>
  );
}

/** As many as the server lists. */
const MAX_JOBS = 200;
const MAX_RUNNERS = 50;

function Runners({ runners }: { runners: JobChannel['runners'] }) {
  if (runners.length === 0) return <p className="dimmed">None executes a run of it at the moment.</p>;
  return (
    <>
      <Table caption="Runners" columns={[{ label: 'Runner' }, { label: 'Runs of it', align: 'right' }]}>
        {runners.map(({ id, name, running }) => (
          <tr key={id}>
            <Cell isHeader>
              <RunnerLink name={name} />
            </Cell>
            <Cell label="Runs of it" align="right">
              {running.toLocaleString('en')}
            </Cell>
          </tr>
        ))}
      </Table>
      {runners.length === MAX_RUNNERS && <p className="dimmed">The first {MAX_RUNNERS} are shown.</p>}
    </>
  );
}
