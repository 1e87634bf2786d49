import { readPulse } from '@job-manager/engine/store/metrics/pulse';
import type { PulseAnswer } from '@job-manager/shared/contract/metrics';
import type { HttpDeps } from './context.js';
import { createKeyedCache } from './keyed-cache.js';

export type ReadPulse = (minutes: number) => Promise<PulseAnswer>;

const FRESH_MS = 5_000;
const MINUTE_MS = 60_000;

/** The heartbeats of the last minutes, read at most every 5 s for all viewers. */
export function createPulse({ pool, config }: Pick<HttpDeps, 'pool' | 'config'>): ReadPulse {
  const cached = createKeyedCache();
  return (minutes) =>
    cached(String(minutes), FRESH_MS, async () => {
      const to = Date.now();
      const from = new Date(to - minutes * MINUTE_MS);
      const runners = await readPulse(pool, from);
      const intervalMs = config.JOBS_HEARTBEAT_MS;
      return { from: from.toISOString(), to: new Date(to).toISOString(), intervalMs, runners };
    });
}
