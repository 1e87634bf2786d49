import type { JobChannel } from '@job-manager/shared/contract/channels';
import { Button } from '@mantine/core';
import { useServerTime } from '../../api/server-clock';
import { useCan } from '../../api/session';
import { formatDuration } from '../../lib/duration';
import { Meter } from '../../ui/Meter';
import { Tag } from '../../ui/Tag';
import { PauseButton } from '../PauseButton';
import { PausedNote } from '../PausedNote';
import classes from './ChannelCells.module.css';
import { oldestWaitMs, stateAppearance, stateOf, targetOf } from './channel-state';
import type { ChannelActs } from './useChannelActs';

const COUNTED = 10_000;
/** A count that ends at 10,000. */
export const atMost = (count: number): string => (count >= COUNTED ? '10,000+' : count.toLocaleString('en'));

/** How a channel is. */
export function ChannelStateTag({ channel }: { channel: JobChannel }) {
  const state = useServerTime((now) => stateOf(channel, now));
  const { label, tone } = stateAppearance[state];
  return <Tag tone={tone}>{label}</Tag>;
}

/** How a channel is, and who paused it, in a few lines. */
export function ChannelStateCell({ channel }: { channel: JobChannel }) {
  return (
    <span className={classes.state}>
      <ChannelStateTag channel={channel} />
      {channel.paused && (
        <span className={classes.note}>
          <PausedNote paused={channel.paused} />
        </span>
      )}
    </span>
  );
}

/** How long the oldest due run has waited, against the target. */
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

interface ButtonsProps {
  channel: JobChannel;
  acts: ChannelActs;
  /** Those of a page's head are larger. */
  size?: 'sm' | 'compact-sm';
}

/** Pause or resume, and the limits; nothing for those who may not. */
export function ChannelButtons({ channel, acts, size = 'compact-sm' }: ButtonsProps) {
  if (!useCan('manageChannels')) return null;
  const { name, paused } = channel;
  return (
    <span className={classes.acts}>
      <PauseButton
        name={name}
        size={size}
        isPaused={paused !== null}
        onPause={() => acts.pause(name)}
        onResume={() => acts.resume(channel)}
      />
      <Button
        variant="default"
        size={size}
        aria-label={`Limits of ${name}`}
        data-key="e"
        onClick={() => acts.change(channel)}
      >
        Limits…
      </Button>
    </span>
  );
}
