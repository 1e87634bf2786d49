import type { JobChannel } from '@job-manager/shared/contract/channels';
import { memo } from 'react';
import { atMost, ChannelButtons, ChannelStateCell, OldestWait } from '../../components/channels/ChannelCells';
import type { ChannelActs } from '../../components/channels/useChannelActs';
import { ChannelLink } from '../../components/EntityLinks';
import { formatDuration } from '../../lib/duration';
import { Meter } from '../../ui/Meter';
import { Spark } from '../../ui/Spark';
import { Cell, Table } from '../../ui/Table';
import type { ListSort } from '../../ui/TableSort';
import classes from './channels.module.css';

const columns = [
  { label: 'Channel', sortBy: 'name' },
  { label: 'State', sortBy: 'state' },
  { label: 'Running', sortBy: 'running', isLargestFirst: true },
  { label: 'Queued (due)', sortBy: 'queued', isLargestFirst: true },
  { label: 'Oldest due', sortBy: 'oldest' },
  { label: 'Rate' },
  { label: 'Weight', align: 'right', sortBy: 'weight', isLargestFirst: true },
  { label: 'Queued, 1 h' },
  { label: 'Actions', isHidden: true },
] as const;

interface Props {
  channels: readonly JobChannel[];
  sort: ListSort;
  acts: ChannelActs;
}

/** Channels with what runs, what waits and how long, and what may be done about it. */
export function ChannelTable({ channels, sort, acts }: Props) {
  return (
    <Table caption="Channels" columns={columns} stackOn="tablet" isRoving opensRows sort={sort}>
      {channels.map((channel) => (
        <ChannelRow key={channel.name} channel={channel} acts={acts} />
      ))}
    </Table>
  );
}

const ChannelRow = memo(function ChannelRow({ channel, acts }: { channel: JobChannel; acts: ChannelActs }) {
  return (
    <tr data-row={channel.name}>
      <Cell isHeader>
        <span className="long-name">
          <ChannelLink channel={channel.name} />
        </span>
      </Cell>
      <Cell label="State">
        <ChannelStateCell channel={channel} />
      </Cell>
      <Cell label="Running">
        <Use value={channel.running} limit={channel.concurrency} />
      </Cell>
      <Cell label="Queued (due)">
        <span className={classes.figure}>
          {atMost(channel.queued)} ({atMost(channel.due)})
        </span>
      </Cell>
      <Cell label="Oldest due" isEmpty={channel.oldestDueAt === null}>
        <OldestWait channel={channel} />
      </Cell>
      <Cell label="Rate" isEmpty={channel.rateLimit === null}>
        <Rate channel={channel} />
      </Cell>
      <Cell label="Weight" align="right">
        {channel.weight}
      </Cell>
      <Cell label="Queued, 1 h" isEmpty={lastOf(channel.history) === null}>
        <Depth channel={channel} />
      </Cell>
      <Cell isCorner align="right">
        <ChannelButtons channel={channel} acts={acts} />
      </Cell>
    </tr>
  );
});

function Use({ value, limit }: { value: number; limit: number | null }) {
  return (
    <span className={classes.figure}>
      {value} of {limit ?? 'any'}
      {limit !== null && <Meter value={value} max={limit} tone={value > limit ? 'warning' : 'info'} />}
    </span>
  );
}

/** How many were queued in the last hour; nothing before the first sample. */
function Depth({ channel: { history } }: { channel: JobChannel }) {
  const last = lastOf(history);
  if (last === null) return <>–</>;
  const most = Math.max(...history.map((point) => point ?? 0));
  const description = `At most ${most.toLocaleString('en')} queued in an hour, ${last.toLocaleString('en')} at last`;
  return <Spark points={history} description={description} />;
}

const lastOf = (history: JobChannel['history']): number | null => history.findLast((point) => point !== null) ?? null;

function Rate({ channel: { rateLimit, ratePeriodMs, recentStarts } }: { channel: JobChannel }) {
  if (rateLimit === null || ratePeriodMs === null) return <>–</>;
  return (
    <span className={classes.figure}>
      {recentStarts ?? 0} of {rateLimit} in {formatDuration(ratePeriodMs)}
      <Meter value={recentStarts ?? 0} max={rateLimit} />
    </span>
  );
}
