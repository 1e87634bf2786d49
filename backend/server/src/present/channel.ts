import type { ChannelRow } from '@job-manager/engine/store/channel-list';
import type { JobChannel } from '@job-manager/shared/contract/channels';
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
