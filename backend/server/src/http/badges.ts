import { countOpenIncidents } from '@job-manager/engine/store/alerts/incidents';
import type { ChannelRow } from '@job-manager/engine/store/channel-list';
import { countNewKinds } from '@job-manager/engine/store/client-errors';
import { listJobSettings } from '@job-manager/engine/store/job-settings';
import type { contract } from '@job-manager/shared/contract/index';
import type { InferContractRouterOutputs } from '@orpc/contract';
import { thresholds } from '../health/issues.js';
import { cachedFor } from './cached-for.js';
import type { HttpDeps } from './context.js';

type Badges = InferContractRouterOutputs<typeof contract>['runLists']['badges'];

const FRESH_MS = 10_000;
const NEW_KIND_MS = 86_400_000;

/** The figures beside the places of the panel, read at most every 10 s for all viewers; the caller decides who may see them. */
export function createBadges({
  pool,
  queue,
  health,
}: Pick<HttpDeps, 'pool' | 'queue' | 'health'>): () => Promise<Badges> {
  return cachedFor(FRESH_MS, async () => {
    const [system, channels, schedules, jobs, newErrorKinds, incidents] = await Promise.all([
      health.system(),
      queue.channels.list(),
      queue.schedules.list(),
      listJobSettings(pool),
      countNewKinds(pool, NEW_KIND_MS),
      countOpenIncidents(pool),
    ]);
    const now = schedules.now.getTime();
    return {
      running: system.running,
      pausedJobs: jobs.filter(({ pausedAt }) => pausedAt !== null).length,
      scheduleProblems: schedules.schedules.filter(({ problem }) => problem !== null).length,
      channels: {
        late: channels.filter((channel) => isLate(channel, now)).length,
        paused: channels.filter(({ pausedAt, due }) => pausedAt !== null && due > 0).length,
      },
      runners: system.runners.filter(({ status }) => status === 'ACTIVE' || status === 'DRAINING').length,
      verdict: system.verdict,
      newErrorKinds,
      incidents: { open: incidents.open, critical: incidents.critical },
      asOf: schedules.now.toISOString(),
    };
  });
}

const isLate = ({ pausedAt, oldestDueAt, targetWaitMs }: ChannelRow, now: number): boolean =>
  pausedAt === null && oldestDueAt !== null && now - oldestDueAt.getTime() > (targetWaitMs ?? thresholds.targetWaitMs);
