import { readRegions } from '@job-manager/engine/store/metrics/runners';
import { countRetriesOfHour, countScheduledSince } from '@job-manager/engine/store/queue-now';
import type { contract } from '@job-manager/shared/contract/index';
import type { InferContractRouterOutputs } from '@orpc/contract';
import { cachedFor } from './cached-for.js';
import type { HttpDeps } from './context.js';

export type Snapshots = InferContractRouterOutputs<typeof contract>['runLists']['snapshots'];

const FRESH_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Small figures of today, read at most once a minute for all viewers. */
export function createSnapshots({ pool, queue }: Pick<HttpDeps, 'pool' | 'queue'>): () => Promise<Snapshots> {
  return cachedFor(FRESH_MS, async () => {
    const { now } = await queue.schedules.list();
    const today = Math.floor(now.getTime() / DAY_MS) * DAY_MS;
    const hours = Math.ceil((today + DAY_MS - now.getTime()) / HOUR_MS);
    const [{ schedules }, fired, retriesLastHour, regions] = await Promise.all([
      queue.schedules.calendar(hours),
      countScheduledSince(pool, new Date(today)),
      countRetriesOfHour(pool),
      readRegions(pool),
    ]);
    // The calendar begins before this moment: what was due since has its run.
    const past = schedules.flatMap(({ times }) => times).filter((at) => at < now).length;
    const left = Math.max(0, schedules.reduce((sum, { total }) => sum + total, 0) - past);
    return {
      scheduledToday: { left, total: left + fired },
      ...{ retriesLastHour, regions },
      asOf: now.toISOString(),
    };
  });
}
