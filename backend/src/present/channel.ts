import type { JobChannel } from '@job-manager/shared/contract/channels';
import type { ChannelRow } from '../store/channel-list.js';

/** A channel as the API shows it. */
export function presentChannel(row: ChannelRow): JobChannel {
  const { pausedAt, pausedBy, pauseReason, resumeAt, oldestDueAt, ...channel } = row;
  return {
    ...channel,
    paused: pausedAt && {
      at: pausedAt.toISOString(),
      by: pausedBy,
      reason: pauseReason,
      resumeAt: resumeAt?.toISOString() ?? null,
    },
    oldestDueAt: oldestDueAt?.toISOString() ?? null,
  };
}
