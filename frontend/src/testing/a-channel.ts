import type { JobChannel } from '@job-manager/shared/contract/channels';
import { ago } from './a-run';

/** A channel with limits, of whose runs three run and fourteen wait. */
export const aChannel = (name: string, more: Partial<JobChannel> = {}): JobChannel => ({
  ...{ name, concurrency: 5, concurrencyPerRunner: null, rateLimit: 100, ratePeriodMs: 60_000, weight: 2 },
  ...{ targetWaitMs: null, paused: null, running: 3, queued: 14, due: 14, scheduled: 0, blocked: 0 },
  ...{ oldestDueAt: ago(60), jobs: ['trending'], rev: 1, recentStarts: 12, history: [null, 0, 14, 7] },
  runners: [{ id: 'r1', name: 'vm:29504', running: 3 }],
  ...more,
});
