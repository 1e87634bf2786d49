import type { ChannelSettings, JobChannel } from '@job-manager/shared/contract/channels';
import { spellDuration } from '../../lib/duration';

type Limits = Pick<ChannelSettings, 'concurrency' | 'concurrencyPerRunner' | 'rateLimit' | 'ratePeriodMs' | 'weight'>;

/** What the settings of a channel mean, in a sentence; with a warning where a limit is below what runs now. */
export function describeLimits(settings: Limits, running: number): string {
  const { concurrency, concurrencyPerRunner, rateLimit, ratePeriodMs, weight } = settings;
  const parts = [
    concurrency === null ? 'any number at once' : `at most ${concurrency} at once`,
    concurrencyPerRunner !== null && `${concurrencyPerRunner} in one runner`,
    rateLimit !== null && ratePeriodMs !== null && `${rateLimit} starts in ${spellDuration(ratePeriodMs)}`,
    `${weight} ${weight === 1 ? 'share' : 'shares'} of a runner`,
  ].filter(Boolean);
  const isBelow = concurrency !== null && running > concurrency;
  const note = isBelow ? ` ${running} run now; they go on, and none starts until fewer do.` : '';
  return `It runs ${parts.join(', ')}.${note}`;
}

/** How much of each limit is used now; limits that aren't set have no line. */
export function limitUse(channel: JobChannel): { name: string; value: number; limit: number }[] {
  const { running, concurrency, concurrencyPerRunner, rateLimit, ratePeriodMs, recentStarts, runners } = channel;
  const busiest = Math.max(0, ...runners.map((runner) => runner.running));
  return [
    ...(concurrency === null ? [] : [{ name: 'Runs at once', value: running, limit: concurrency }]),
    ...(concurrencyPerRunner === null
      ? []
      : [{ name: 'At once in the busiest runner', value: busiest, limit: concurrencyPerRunner }]),
    ...(rateLimit === null || ratePeriodMs === null
      ? []
      : [{ name: `Starts in ${spellDuration(ratePeriodMs)}`, value: recentStarts ?? 0, limit: rateLimit }]),
  ];
}
