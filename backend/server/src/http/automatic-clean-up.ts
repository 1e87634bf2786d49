import { retentionPolicy } from '@job-manager/engine/retention';
import {
  readForceFailingJobs,
  readForceFailOutlook,
  readRetentionOutlook,
} from '@job-manager/engine/store/automatic-clean-up';
import type { AutomaticCleanUp } from '@job-manager/shared/contract/run-lists';
import { cachedFor } from './cached-for.js';
import type { HttpDeps } from './context.js';

/** To add up the counters of a year takes longer than anything else of the page that shows them. */
const FRESH_MS = 60_000;
const SHOWN = 20;

/** The automatic clean-ups; retention is read at most once a minute for all viewers. */
export function createAutomaticCleanUp({
  pool,
  queuePool,
  config,
}: Pick<HttpDeps, 'pool' | 'queuePool' | 'config'>): () => Promise<AutomaticCleanUp> {
  const retention = cachedFor(FRESH_MS, () => readRetentionOutlook(pool, retentionPolicy(config)));
  return async () => {
    const [kept, jobs, next] = await Promise.all([
      retention(),
      readForceFailingJobs(pool),
      readForceFailOutlook(queuePool, SHOWN),
    ]);
    return {
      recovery: { stalledAfterMs: config.JOBS_STALLED_AFTER_MS },
      retention: kept.map((row) => ({
        ...row,
        lastAt: row.lastAt?.toISOString() ?? null,
        nextAt: row.nextAt?.toISOString() ?? null,
      })),
      forceFail: {
        jobs,
        next: next.map(({ requestedAt, forceFailAt, ...run }) => ({
          ...run,
          requestedAt: requestedAt.toISOString(),
          forceFailAt: forceFailAt.toISOString(),
        })),
      },
    };
  };
}
