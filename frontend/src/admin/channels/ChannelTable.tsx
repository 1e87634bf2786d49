import type { JobChannel } from '@job-manager/shared/contract/channels';
import { Button } from '@mantine/core';
import { memo } from 'react';
import { useServerTime } from '../../api/server-clock';
import { useCan } from '../../api/session';
import { ChannelLink } from '../../components/EntityLinks';
import { PausedNote } from '../../components/PausedNote';
import { formatDuration } from '../../lib/duration';
import { Meter } from '../../ui/Meter';
import { Cell, Table } from '../../ui/Table';
import { Tag } from '../../ui/Tag';
import { oldestWaitMs, stateLook, stateOf, targetOf } from './channel-state';
import classes from './channels.module.css';
import type { ChannelActs } from './useChannelActs';

const columns = [
  { label: 'Channel' },
  { label: 'State' },
  { label: 'Running' },
  { label: 'Queued (due)' },
  { label: 'Oldest due' },
  { label: 'Rate' },
  { label: 'Weight', align: 'right' },
  { label: 'Actions', isHidden: true },
] as const;

interface Props {
  channels: readonly JobChannel[];
  acts: ChannelActs;
}

/** Channels with what runs, what waits and how long, and what may be done about it. */
export function ChannelTable({ channels, acts }: Props) {
  return (
    <Table caption="Channels" columns={columns} stackOn="tablet" isRoving>
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
        <ChannelStateTag channel={channel} />
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
      <Cell isCorner align="right">
        <ChannelButtons channel={channel} acts={acts} />
      </Cell>
    </tr>
  );
});

const COUNTED = 10_000;
/** A count that ends at 10,000. */
export const atMost = (count: number): string => (count >= COUNTED ? '10,000+' : count.toLocaleString('en'));

/** How a channel is, and who paused it. */
export function ChannelStateTag({ channel }: { channel: JobChannel }) {
  const state = useServerTime((now) => stateOf(channel, now));
  const { label, tone } = stateLook[state];
  return (
    <span className={classes.state}>
      <Tag tone={tone}>{label}</Tag>
      {channel.paused && (
        <span className={classes.note}>
          <PausedNote paused={channel.paused} />
        </span>
      )}
    </span>
  );
}

function Use({ value, limit }: { value: number; limit: number | null }) {
  return (
    <span className={classes.figure}>
      {value} of {limit ?? 'any'}
      {limit !== null && <Meter value={value} max={limit} tone={value > limit ? 'warning' : 'info'} />}
    </span>
  );
}

export function OldestWait({ channel }: { channel: JobChannel }) {
  const target = targetOf(channel);
  const waitMs = useServerTime((now) => oldestWaitMs(channel, now));
  if (channel.oldestDueAt === null) return <>–</>;
  const tone = waitMs >= target ? 'failed' : waitMs >= target * 0.7 ? 'warning' : 'info';
  return (
    <span className={classes.figure}>
      {formatDuration(waitMs)} of {formatDuration(target)}
      {channel.targetWaitMs === null && <span className="dimmed"> (default)</span>}
      <Meter value={waitMs} max={target} tone={tone} />
    </span>
  );
}

function Rate({ channel: { rateLimit, ratePeriodMs, recentStarts } }: { channel: JobChannel }) {
  if (rateLimit === null || ratePeriodMs === null) return <>–</>;
  return (
    <span className={classes.figure}>
      {recentStarts ?? 0} of {rateLimit} in {formatDuration(ratePeriodMs)}
      <Meter value={recentStarts ?? 0} max={rateLimit} />
    </span>
  );
}

/** Pause or resume, and the limits; nothing for those who may not. */
export function ChannelButtons({ channel, acts }: { channel: JobChannel; acts: ChannelActs }) {
  if (!useCan('manageChannels')) return null;
  const { name, paused } = channel;
  return (
    <span className={classes.acts}>
      {paused === null ? (
        <Button
          variant="default"
          size="compact-sm"
          aria-label={`Pause ${name}`}
          data-key="P"
          onClick={() => acts.pause(name)}
        >
          Pause…
        </Button>
      ) : (
        <Button
          variant="default"
          size="compact-sm"
          aria-label={`Resume ${name}`}
          data-key="P"
          onClick={() => acts.resume(channel)}
        >
          Resume
        </Button>
      )}
      <Button
        variant="default"
        size="compact-sm"
        aria-label={`Limits of ${name}`}
        data-key="e"
        onClick={() => acts.change(channel)}
      >
        Limits…
      </Button>
    </span>
  );
}
