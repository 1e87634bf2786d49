import { IconArrowsSplit2 } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useParams } from 'react-router-dom';
import { toFailure } from '../../api/failure';
import { AutoRefresh } from '../../components/AutoRefresh';
import { JobLink } from '../../components/EntityLinks';
import { Permitted } from '../../components/Permitted';
import { paths } from '../../paths';
import { EmptyState } from '../../ui/EmptyState';
import { ErrorPanel } from '../../ui/ErrorPanel';
import { Fact, Facts } from '../../ui/Facts';
import { Page } from '../../ui/Page';
import { RowSkeletons } from '../../ui/RowSkeletons';
import { Section } from '../../ui/Section';
import { ChannelButtons, ChannelStateTag, OldestWait, Rate, Use } from './ChannelTable';
import { channelsQuery } from './calls';
import { useChannelActs } from './useChannelActs';

/** One channel: what it does now, what limits it, who serves it and whose runs queue in it. */
export function ChannelPage() {
  const { channel = '' } = useParams();
  return (
    <Permitted permission="view" title={channel}>
      <Channel name={channel} />
    </Permitted>
  );
}

function Channel({ name }: { name: string }) {
  const { data, error, refetch, dataUpdatedAt, isFetching } = useQuery(channelsQuery());
  const acts = useChannelActs();
  const channel = data?.find((each) => each.name === name);
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
            onRefresh={() => void refetch()}
          />
          {channel && <ChannelButtons channel={channel} acts={acts} />}
        </>
      }
    >
      <Section title="Now">
        {channel ? (
          <Facts>
            <Fact name="State">
              <ChannelStateTag channel={channel} />
            </Fact>
            <Fact name="Running">
              <Use value={channel.running} limit={channel.concurrency} />
            </Fact>
            <Fact name="Due">{channel.due.toLocaleString('en')}</Fact>
            <Fact name="Scheduled">{channel.scheduled.toLocaleString('en')}</Fact>
            <Fact name="Waiting for others">{channel.blocked.toLocaleString('en')}</Fact>
            <Fact name="Oldest due">
              <OldestWait channel={channel} />
            </Fact>
            <Fact name="Rate">
              <Rate channel={channel} />
            </Fact>
            <Fact name="At once in one runner">{channel.concurrencyPerRunner?.toString() ?? 'Any number'}</Fact>
            <Fact name="Weight">{channel.weight.toString()}</Fact>
          </Facts>
        ) : data ? (
          <EmptyState
            icon={IconArrowsSplit2}
            title={`There is no channel ${name}`}
            text="A channel is there as soon as a job names it, a run queues in it, or somebody sets its limits."
          />
        ) : error ? (
          <ErrorPanel
            title="The channel could not be loaded"
            details={toFailure(error).details}
            onRetry={() => void refetch()}
          />
        ) : (
          <RowSkeletons rows={2} label="Loading the channel" />
        )}
      </Section>
      {channel && (
        <Section title="Jobs and runners">
          <Facts>
            <Fact name="Jobs whose runs queue here">
              {channel.jobs.length === 0 ? (
                'None'
              ) : (
                <span>
                  {channel.jobs.map((jobName, index) => (
                    <span key={jobName}>
                      {index > 0 && ', '}
                      <JobLink jobName={jobName} />
                    </span>
                  ))}
                </span>
              )}
            </Fact>
            <Fact name="Runners that execute runs of it now">
              {channel.runners.map(({ name: runner, running }) => `${runner} (${running})`).join(', ') || 'None'}
            </Fact>
          </Facts>
        </Section>
      )}
      {acts.dialogs}
    </Page>
  );
}
