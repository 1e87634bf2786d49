import * as z from 'zod';
import { routeFor } from './policy.js';
import { runId } from './run.js';

const TAG = ['Health and recovery'];
const time = z.iso.datetime();

export const verdicts = ['OK', 'WARNING', 'CRITICAL'] as const;
export type Verdict = (typeof verdicts)[number];

export const runnerKinds = ['BUILT_IN', 'WORKER', 'CLI'] as const;
export const runnerStatuses = ['ACTIVE', 'DRAINING', 'STOPPED', 'LOST'] as const;

export const runnerHealth = z.object({
  id: z.string(),
  kind: z.enum(runnerKinds),
  status: z.enum(runnerStatuses),
  host: z.string(),
  pid: z.number().int(),
  version: z.string(),
  concurrency: z.number().int(),
  activeRuns: z.number().int(),
  startedAt: time,
  lastHeartbeatAt: time,
  lastClaimAt: time.nullable(),
  lastProgressAt: time.nullable(),
  loopLagMs: z.number(),
});
export type RunnerHealth = z.infer<typeof runnerHealth>;

export const troubledRun = z.object({
  jobRunId: runId,
  jobName: z.string(),
  runnerId: z.string().nullable(),
  startedAt: time,
  lastHeartbeatAt: time,
  /** Time without a heartbeat of a stalled run; run time of a slow one. */
  forMs: z.number(),
  /** The threshold it is over. */
  limitMs: z.number(),
});

export const systemHealth = z.object({
  verdict: z.enum(verdicts),
  /** Sentences for people, the worst first; empty when all is well. */
  reasons: z.array(z.object({ severity: z.enum(['WARNING', 'CRITICAL']), code: z.string(), message: z.string() })),
  checkedAt: time,
  version: z.string(),
  database: z.object({ ok: z.boolean(), latencyMs: z.number().nullable(), detail: z.string() }),
  notifications: z.object({ ok: z.boolean(), roundTripMs: z.number().nullable() }),
  runners: z.array(runnerHealth).describe('The living, and those lost or stopped in the last 24 hours'),
  backlog: z.object({
    queued: z.number().int().describe('Counted up to 10,001, which stands for more than 10,000'),
    due: z.number().int().describe('Those that a runner could start, counted likewise'),
    oldestDueAt: time.nullable(),
    oldestAgeMs: z.number().nullable(),
  }),
  running: z.number().int(),
  external: z.object({ running: z.number().int(), most: z.number().int() }),
  stalled: z.array(troubledRun),
  slow: z.array(troubledRun),
  maintenance: z.array(
    z.object({ task: z.string(), lastFinishedAt: time.nullable(), lastResult: z.string().nullable(), nextAt: time }),
  ),
});
export type SystemHealth = z.infer<typeof systemHealth>;

export const health = {
  get: routeFor('view')
    .route({ method: 'GET', path: '/admin/jobs/health', summary: 'Whether all is well, and what is not', tags: TAG })
    .output(systemHealth),

  alias: routeFor('view')
    .route({ method: 'GET', path: '/job/health', summary: 'The same under its short name', tags: TAG })
    .output(systemHealth),
};
