import type { JobChannel } from '@job-manager/shared/contract/channels';
import type { ChannelRow } from '../store/channel-list.js';
import { presentPause } from './pause.js';

/** A channel as the API shows it. */
export function presentChannel(row: ChannelRow): JobChannel {
  const { pausedAt, pausedBy, pauseReason, resumeAt, oldestDueAt, ...channel } = row;
  return {
    ...channel,
    paused: presentPause({ pausedAt, pausedBy, pauseReason, resumeAt }),
    oldestDueAt: oldestDueAt?.toISOString() ?? null,
  };
}
