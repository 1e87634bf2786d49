import type { RunnerHealth, SystemHealth } from '@job-manager/shared/contract/health';
import type { JobRun } from '@job-manager/shared/contract/run';
import { ago } from './a-run';

export function aRunner(part: Partial<RunnerHealth> = {}): RunnerHealth {
  return {
    id: 'runner-1',
    kind: 'BUILT_IN',
    status: 'ACTIVE',
    host: 'jobs-1',
    pid: 4_711,
    version: '0.1.0',
    concurrency: 10,
    activeRuns: 3,
    startedAt: ago(7_200),
    lastHeartbeatAt: ago(4),
    lastClaimAt: ago(20),
    lastProgressAt: ago(8),
    loopLagMs: 2.4,
    ...part,
  };
}

/** A system in which all is well, but for what a test sets. */
export function someHealth(part: Partial<SystemHealth> = {}): SystemHealth {
  return {
    verdict: 'OK',
    reasons: [],
    checkedAt: ago(1),
    version: '0.1.0',
    database: { ok: true, latencyMs: 1.2, detail: 'ok' },
    notifications: { ok: true, roundTripMs: 3.4 },
    runners: [aRunner()],
    backlog: { queued: 7, due: 2, oldestDueAt: ago(12), oldestAgeMs: 12_000 },
    running: 3,
    external: { running: 1, most: 50 },
    stalled: [],
    slow: [],
    maintenance: [
      {
        task: 'recover stalled runs',
        lastFinishedAt: ago(12),
        lastResult: 'recovered 0 runs',
        nextAt: ago(-18),
      },
    ],
    ...part,
  };
}

/** A running run as the health answer lists it when it is over a limit. */
export function troubled(run: JobRun, forMs: number, limitMs: number): SystemHealth['stalled'][number] {
  const now = new Date().toISOString();
  return {
    jobRunId: run.id,
    jobName: run.jobName,
    runnerId: run.runnerId,
    startedAt: run.startedAt ?? now,
    lastHeartbeatAt: run.lastHeartbeatAt ?? now,
    forMs,
    limitMs,
  };
}
