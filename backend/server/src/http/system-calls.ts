import { listSystemEvents } from '@job-manager/engine/store/system-events';
import {
  countBrowserErrors,
  countDeliveries,
  readSampledDays,
  readServerMinutes,
  readStatusIncidents,
  readTaskProblems,
  readVerdictSince,
} from '@job-manager/engine/store/system-status';
import { contract } from '@job-manager/shared/contract/index';
import { implement } from '@orpc/server';
import { firstDayOf, presentComponents } from '../health/system-status.js';
import { cachedFor } from './cached-for.js';
import type { CallContext, HttpDeps } from './context.js';

const os = implement(contract.system).$context<CallContext>();

const FRESH_MS = 10_000;
const DAY_MS = 86_400_000;
const MINUTES = 60;

/** The service matrix and the service log. */
export function createSystemCalls(deps: Pick<HttpDeps, 'pool' | 'queue' | 'health'>) {
  const status = cachedFor(FRESH_MS, () => readStatus(deps));
  return os.router({
    status: os.status.handler(() => status()),

    events: os.events.handler(async ({ input: { kind, before, limit } }) => {
      const [at = '', id = ''] = before?.split(' ') ?? [];
      const rows = await listSystemEvents(deps.pool, { kind, before: before ? { at, id } : undefined, limit });
      const events = rows.slice(0, limit).map((row) => ({ ...row, at: row.at.toISOString() }));
      const last = events.at(-1);
      return { events, next: rows.length > limit && last ? `${last.at} ${last.id}` : null };
    }),
  });
}

async function readStatus({ pool, queue, health }: Pick<HttpDeps, 'pool' | 'queue' | 'health'>) {
  const system = await health.system();
  const [incidents, sampled, minutes, deliveries, browserErrors, { schedules }, taskProblems, since] =
    await Promise.all([
      readStatusIncidents(pool),
      readSampledDays(pool),
      readServerMinutes(pool),
      countDeliveries(pool),
      countBrowserErrors(pool),
      queue.schedules.list(),
      readTaskProblems(pool),
      readVerdictSince(pool, system.verdict),
    ]);
  const counts = { total: schedules.length, withProblem: schedules.filter(({ problem }) => problem !== null).length };
  const facts = { health: system, incidents, sampled, minutes, deliveries, browserErrors, taskProblems };
  const p95At = (ago: number) => minutes.find((minute) => minute.ago === ago)?.p95Ms ?? null;
  const open = incidents.filter(({ closedAt }) => closedAt === null);
  return {
    verdict: system.verdict,
    verdictSince: since?.toISOString() ?? null,
    firstDay: firstDayOf(sampled.now),
    api: { p95Ms: p95At(0), points: Array.from({ length: MINUTES }, (_, index) => p95At(MINUTES - 1 - index)) },
    incidents: {
      open: open.length,
      critical: open.filter(({ severity }) => severity === 'CRITICAL').length,
      lastDay: incidents.filter(({ openedAt }) => sampled.now.getTime() - openedAt.getTime() < DAY_MS).length,
    },
    deliveries,
    components: presentComponents({ ...facts, schedules: counts }),
    checkedAt: system.checkedAt,
  };
}
