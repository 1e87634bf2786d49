import type { RunnerRow, SystemState, TroubledRow } from '@job-manager/engine/store/health';
import type { RunnerHealth, SystemHealth } from '@job-manager/shared/contract/health';
import type { HealthFacts } from './facts.js';
import { judge } from './judge.js';
import { listed } from './listed.js';

/** The facts and the verdict as the API shows them. */
export function presentHealth(facts: HealthFacts, checkedAt: Date, version: string): SystemHealth {
  const { database, notifications, state, limits } = facts;
  const detail = describeDatabase(database);
  const { isOff, isConnected, roundTripMs } = notifications;
  return {
    ...judge(facts),
    checkedAt: checkedAt.toISOString(),
    version,
    database: { ok: detail === 'ok', latencyMs: database.latencyMs, detail },
    notifications: { ok: isOff === true || (isConnected && roundTripMs !== null), roundTripMs },
    ...(state === null ? UNKNOWN : presentState(state)),
    external: { running: state?.runningExternal ?? 0, most: limits.maxExternal },
  };
}

/** The state of the database as text: `ok`, or the problem. */
export function describeDatabase({ latencyMs, pending, missing }: HealthFacts['database']): string {
  if (latencyMs === null) return 'unreachable';
  if (pending.length > 0) return `lacks ${pending.length} migrations: ${listed(pending)}`;
  return missing.length > 0 ? `lacks ${listed(missing)}` : 'ok';
}

type PresentedState = Pick<SystemHealth, 'runners' | 'backlog' | 'running' | 'stalled' | 'slow' | 'maintenance'>;

const UNKNOWN: PresentedState = {
  runners: [],
  backlog: { queued: 0, due: 0, oldestDueAt: null, oldestAgeMs: null },
  running: 0,
  stalled: [],
  slow: [],
  maintenance: [],
};

function presentState({ now, runners, backlog, running, troubled, maintenance }: SystemState): PresentedState {
  const { queued, due, oldestDueAt } = backlog;
  const oldestAgeMs = oldestDueAt && Math.max(0, now.getTime() - oldestDueAt.getTime());
  return {
    runners: runners.map(presentRunner),
    backlog: { queued, due, oldestDueAt: isoOrNull(oldestDueAt), oldestAgeMs },
    running,
    stalled: troubled
      .filter((run) => run.isStalled)
      .map((run) => presentTroubled(run, run.sinceHeartbeatMs, run.stallLimitMs)),
    slow: troubled.filter((run) => !run.isStalled).map((run) => presentTroubled(run, run.ranMs, run.slowAfterMs)),
    maintenance: maintenance.map((task) => ({
      ...task,
      lastFinishedAt: isoOrNull(task.lastFinishedAt),
      nextAt: task.nextAt.toISOString(),
    })),
  };
}

function presentRunner(row: RunnerRow): RunnerHealth {
  return {
    ...row,
    startedAt: row.startedAt.toISOString(),
    lastHeartbeatAt: row.lastHeartbeatAt.toISOString(),
    lastClaimAt: isoOrNull(row.lastClaimAt),
    lastProgressAt: isoOrNull(row.lastProgressAt),
  };
}

function presentTroubled(run: TroubledRow, forMs: number, limitMs: number): SystemHealth['stalled'][number] {
  const { jobRunId, jobName, runnerId } = run;
  const [startedAt, lastHeartbeatAt] = [run.startedAt.toISOString(), run.lastHeartbeatAt.toISOString()];
  return { jobRunId, jobName, runnerId, startedAt, lastHeartbeatAt, forMs, limitMs };
}

const isoOrNull = (time: Date | null): string | null => time?.toISOString() ?? null;
