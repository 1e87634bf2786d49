import type { JobChannel } from '@job-manager/shared/contract/channels';

export const channelStates = ['open', 'full', 'paused', 'late'] as const;
export type ChannelState = (typeof channelStates)[number];

/** How long a due run may wait where a channel has no target of its own. */
const DEFAULT_TARGET_MS = 5 * 60_000;

export const targetOf = ({ targetWaitMs }: JobChannel): number => targetWaitMs ?? DEFAULT_TARGET_MS;

/** How long the oldest due run has waited, by the server's clock; 0 for none. */
export const oldestWaitMs = ({ oldestDueAt }: JobChannel, now: number): number =>
  oldestDueAt === null ? 0 : Math.max(0, now - Date.parse(oldestDueAt));

/** The most important state: paused, late against its target, full, or open. */
export function stateOf(channel: JobChannel, now: number): ChannelState {
  if (channel.paused !== null) return 'paused';
  if (oldestWaitMs(channel, now) >= targetOf(channel)) return 'late';
  const { running, concurrency, recentStarts, rateLimit } = channel;
  const isFull = concurrency !== null && running >= concurrency;
  return isFull || (rateLimit !== null && (recentStarts ?? 0) >= rateLimit) ? 'full' : 'open';
}

export const stateAppearance = {
  open: { label: 'Open', tone: 'success' },
  full: { label: 'Full', tone: 'info' },
  paused: { label: 'Paused', tone: 'warning' },
  late: { label: 'Late', tone: 'failed' },
} as const;
