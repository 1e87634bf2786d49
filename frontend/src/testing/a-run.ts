import type { JobRunAttempt, JobRunMessage, JobRunStep } from '@job-manager/shared/contract/message';
import { blankRun, type JobDefinition, type JobRun, type JobStats } from '@job-manager/shared/contract/run';
import { detailColumns, initialOf } from '@job-manager/shared/contract/run-columns';
import type { JobRunStatus } from '@job-manager/shared/run';

let lastId = 12_800;

/** A time so many seconds ago, as the API writes it. */
export const ago = (seconds: number): string => new Date(Date.now() - seconds * 1_000).toISOString();

function make(status: JobRunStatus, part: Partial<JobRun>): JobRun {
  lastId += 1;
  const hasStarted = status !== 'QUEUED';
  const hasEnded = status !== 'QUEUED' && status !== 'RUNNING';
  return {
    ...blankRun,
    ...initialOf(detailColumns),
    id: String(lastId),
    jobName: 'match-scores',
    status,
    trigger: 'MANUAL',
    algorithmVersion: '1.2.3',
    attempt: hasStarted ? 1 : 0,
    maxAttempts: 3,
    runAt: ago(190),
    queuedAt: ago(190),
    startedAt: hasStarted ? ago(185) : null,
    finishedAt: hasEnded ? ago(90) : null,
    lastHeartbeatAt: hasStarted ? ago(5) : null,
    durationMs: hasEnded ? 125_000 : null,
    queueDelayMs: hasStarted ? 2_100 : null,
    triggeredBy: { id: 1, email: 'ada@example.com' },
    runnerId: hasStarted ? '0f9d7d0e-5d0c-4f0e-8f3b-8c5a4e0a2a11' : null,
    runnerName: hasStarted ? 'vm:29504' : null,
    claimNo: hasStarted ? 1 : 0,
    timeoutMs: 30 * 60_000,
    maxCrashes: 3,
    rev: 1,
    parameters: {},
    steps: null,
    attempts: [],
    waiting: null,
    noRetry: null,
    dependsOn: [],
    waitsFor: null,
    dependents: [],
    batch: null,
    schedule: null,
    unique: null,
    parametersBy: null,
    ...part,
  };
}

/** Runs in each state, newest id last. */
export const aRun = {
  queued: (part: Partial<JobRun> = {}) => make('QUEUED', part),
  running: (part: Partial<JobRun> = {}) => make('RUNNING', part),
  success: (part: Partial<JobRun> = {}) => make('SUCCESS', part),
  failed: (part: Partial<JobRun> = {}) => make('FAILED', { error: 'Database timeout', ...part }),
  cancelled: (part: Partial<JobRun> = {}) => make('CANCELLED', part),
};

/** A line that a run wrote. */
export const aMessage = (part: Partial<JobRunMessage> = {}): JobRunMessage => ({
  seq: 1,
  at: '2026-11-22T10:23:45.678Z',
  attempt: 1,
  level: 'INFO',
  source: 'JOB',
  message: `Line ${part.seq ?? 1}`,
  data: null,
  ...part,
});

export const aStep = (part: Partial<JobRunStep> = {}): JobRunStep => ({
  id: part.label ?? 'load',
  label: 'Load users',
  weight: 1,
  progress: 0,
  state: 'pending',
  message: null,
  startedAfterMs: null,
  tookMs: null,
  steps: [],
  ...part,
});

export const anAttempt = (part: Partial<JobRunAttempt> = {}): JobRunAttempt => ({
  claimNo: 1,
  attempt: 1,
  outcome: 'SUCCESS',
  runnerId: '0f9d7d0e-5d0c-4f0e-8f3b-8c5a4e0a2a11',
  runnerName: 'vm:29504',
  startedAt: ago(185),
  endedAt: ago(60),
  durationMs: 125_000,
  error: null,
  errorStack: null,
  usage: null,
  ...part,
});

export function aDefinition(part: Partial<JobDefinition> = {}): JobDefinition {
  return {
    id: part.name ?? 'match-scores',
    name: 'match-scores',
    description: 'Compute match scores between users',
    examples: ['tsx scripts/runJobs.ts match-scores --userId=8 --batchSize=100'],
    defaultParams: { batchSize: 100, pauseMs: 50 },
    algorithmVersion: '1.2.3',
    parametersSchema: { properties: { batchSize: { type: 'integer', description: 'Users per batch', default: 100 } } },
    code: {
      channel: 'default',
      priority: 0,
      maxAttempts: 3,
      retry: { backoffMs: 10_000, factor: 2, maxBackoffMs: 3_600_000 },
      timeoutMs: 3_600_000,
      slowAfterMs: 30 * 60_000,
    },
    presets: [],
    slowAfterMs: 30 * 60_000,
    timeoutMs: 60 * 60_000,
    maxAttempts: 3,
    maxCrashes: 3,
    retry: { backoffMs: 10_000, factor: 2, maxBackoffMs: 3_600_000 },
    channel: 'default',
    priority: 0,
    isolated: false,
    memoryLimitMb: null,
    ...part,
  };
}

export function someStats(part: Partial<JobStats> = {}): JobStats {
  return {
    active: 2,
    queued: 5,
    last24h: { total: 147, success: 140, failed: 5, cancelled: 2 },
    stalled: 0,
    pending: 4,
    scheduled: 1,
    blocked: 0,
    retrying: 0,
    slots: 10,
    previous: { pending: 3, running: 2, scheduled: 1, completed: 120, failed: 2 },
    updatedAt: ago(2),
    ...part,
  };
}
