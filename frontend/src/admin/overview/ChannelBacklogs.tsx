import type { JobChannel } from '@job-manager/shared/contract/channels';
import { Anchor } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router-dom';
import { toFailure } from '../../api/failure';
import { serverNow } from '../../api/server-clock';
import { useCan } from '../../api/session';
import { atMost, ChannelStateTag, OldestWait } from '../../components/channels/ChannelCells';
import { channelsQuery } from '../../components/channels/calls';
import { oldestWaitMs, targetOf } from '../../components/channels/channel-state';
import { useChannelActs } from '../../components/channels/useChannelActs';
import { ChannelLink } from '../../components/EntityLinks';
import { PauseButton } from '../../components/PauseButton';
import { paths } from '../../paths';
import { ErrorPanel } from '../../ui/ErrorPanel';
import { RowSkeletons } from '../../ui/RowSkeletons';
import { Section } from '../../ui/Section';
import { Cell, Table } from '../../ui/Table';

const SHOWN = 5;
const columns = [
  { label: 'Channel' },
  { label: 'State' },
  { label: 'Due', align: 'right' },
  { label: 'Oldest of its target' },
  { label: 'Actions', isHidden: true },
] as const;

/** The channels whose runs wait longest against what was promised. */
export function ChannelBacklogs() {
  const { data, error, refetch } = useQuery(channelsQuery());
  const acts = useChannelActs();
  const canManage = useCan('manageChannels');
  return (
    <Section
      title="Channel backlogs"
      aside={
        data &&
        data.length > SHOWN && (
          <span className="dimmed">
            the worst {SHOWN} of {data.length}
          </span>
        )
      }
      actions={
        <Anchor component={Link} to={paths.channels} size="sm">
          All channels
        </Anchor>
      }
    >
      {data ? (
        <Table caption="Channels by how late they are" columns={columns} isRoving>
          {worstOf(data).map((channel) => (
            <tr key={channel.name} data-row={channel.name}>
              <Cell isHeader>
                <span className="long-name">
                  <ChannelLink channel={channel.name} />
                </span>
              </Cell>
              <Cell label="State">
                <ChannelStateTag channel={channel} />
              </Cell>
              <Cell label="Due" align="right">
                {atMost(channel.due)}
              </Cell>
              <Cell label="Oldest of its target" isEmpty={channel.oldestDueAt === null}>
                <OldestWait channel={channel} />
              </Cell>
              <Cell isCorner align="right">
                {canManage && (
                  <PauseButton
                    name={channel.name}
                    isPaused={channel.paused !== null}
                    onPause={() => acts.pause(channel.name)}
                    onResume={() => acts.resume(channel)}
                  />
                )}
              </Cell>
            </tr>
          ))}
        </Table>
      ) : error ? (
        <ErrorPanel title="Channels could not be loaded" details={toFailure(error)} onRetry={() => void refetch()} />
      ) : (
        <RowSkeletons rows={3} isDense label="Loading channels" />
      )}
      {acts.dialogs}
    </Section>
  );
}

/** The latest against their target first; what nothing waits in stands by its name. */
function worstOf(channels: readonly JobChannel[]): JobChannel[] {
  const now = serverNow();
  const lateness = (channel: JobChannel) => oldestWaitMs(channel, now) / targetOf(channel);
  return [...channels].sort((a, b) => lateness(b) - lateness(a) || a.name.localeCompare(b.name)).slice(0, SHOWN);
}
