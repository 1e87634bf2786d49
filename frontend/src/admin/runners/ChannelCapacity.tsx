import { useQuery } from '@tanstack/react-query';
import { atMost, ChannelButtons } from '../../components/channels/ChannelCells';
import { channelsQuery } from '../../components/channels/calls';
import { useChannelActs } from '../../components/channels/useChannelActs';
import { ChannelLink } from '../../components/EntityLinks';
import { Pending } from '../../components/Pending';
import { isAlive } from '../../components/runners';
import { Cell, Table } from '../../ui/Table';
import { type RunnersAnswer, runnersQuery } from './calls';

const columns = [
  { label: 'Channel' },
  { label: 'Runners that serve it' },
  { label: 'Runs at once' },
  { label: 'Running', align: 'right' },
  { label: 'Queued', align: 'right' },
  { label: 'Actions', isHidden: true },
] as const;

/** What channels may use of the runners that live: the same from heartbeat to heartbeat. */
const capacityOf = ({ runners }: RunnersAnswer) =>
  runners.filter(isAlive).map(({ status, channels, concurrency }) => ({ status, channels, concurrency }));

/** How much of the runners each channel may use. */
export function ChannelCapacity() {
  const { data: runners = [] } = useQuery({ ...runnersQuery(), select: capacityOf });
  const query = useQuery({ ...channelsQuery(), refetchInterval: 15_000 });
  const acts = useChannelActs();
  if (query.data === undefined) return <Pending query={query} what="Channels" rows={2} />;
  return (
    <>
      <Table caption="Capacity of channels" columns={columns} stackOn="tablet">
        {query.data.map((channel) => {
          const serving = runners.filter(
            ({ status, channels }) => status === 'ACTIVE' && (channels?.includes(channel.name) ?? true),
          );
          const slots = serving.reduce((sum, { concurrency }) => {
            return sum + Math.min(concurrency, channel.concurrencyPerRunner ?? concurrency);
          }, 0);
          const isLimited = channel.concurrency !== null && channel.concurrency < slots;
          return (
            <tr key={channel.name}>
              <Cell isHeader>
                <ChannelLink channel={channel.name} />
              </Cell>
              <Cell label="Runners that serve it">
                {serving.length} of {runners.length}
              </Cell>
              <Cell label="Runs at once">
                {isLimited ? `${channel.concurrency} (of ${slots} slots)` : `${slots} slots`}
              </Cell>
              <Cell label="Running" align="right">
                {channel.running.toLocaleString('en')}
              </Cell>
              <Cell label="Queued" align="right">
                {atMost(channel.queued)}
              </Cell>
              <Cell isCorner align="right">
                <ChannelButtons channel={channel} acts={acts} />
              </Cell>
            </tr>
          );
        })}
      </Table>
      {acts.dialogs}
    </>
  );
}
