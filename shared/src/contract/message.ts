import * as z from 'zod';
import { limits } from '../limits.js';
import { messageLevels, messageSources, stepStates } from '../message.js';

/** One line that a run wrote, or that was written about it. `seq` counts within the run, without gaps when written. */
export const jobRunMessage = z.object({
  seq: z.number().int().positive(),
  at: z.iso.datetime(),
  attempt: z.number().int(),
  level: z.enum(messageLevels),
  source: z.enum(messageSources),
  message: z.string(),
  data: z.unknown().nullable(),
});
export type JobRunMessage = z.infer<typeof jobRunMessage>;

/** A step as screens show it; times are milliseconds since the attempt began and spent in the step. */
export interface JobRunStep {
  id: string;
  label: string;
  weight: number;
  /** 0 to 1; of a step with steps of its own their weighted sum. */
  progress: number;
  state: StepState;
  message: string | null;
  startedAfterMs: number | null;
  tookMs: number | null;
  steps: JobRunStep[];
}
type StepState = (typeof stepStates)[number];

export const jobRunStep: z.ZodType<JobRunStep> = z.object({
  id: z.string(),
  label: z.string(),
  weight: z.number(),
  progress: z.number().min(0).max(1),
  state: z.enum(stepStates),
  message: z.string().nullable(),
  startedAfterMs: z.number().nullable(),
  tookMs: z.number().nullable(),
  get steps() {
    return z.array(jobRunStep);
  },
});

/** Steps as an external program or a job plans them; weights default to 1. */
export interface StepPlan {
  id: string;
  label?: string;
  weight?: number;
  steps?: StepPlan[];
}

const stepId = z.string().min(1).max(100);

export const stepPlan: z.ZodType<StepPlan> = z.strictObject({
  id: stepId,
  label: z.string().min(1).max(limits.stepLabelChars).optional(),
  weight: z.number().positive().max(1_000_000).optional(),
  get steps() {
    return z.array(stepPlan).max(limits.steps).optional();
  },
});

/** How far one step is. */
export const stepReport = z.strictObject({
  id: stepId,
  progress: z.number().min(0).max(1),
  message: z.string().optional(),
});
export type StepReport = z.infer<typeof stepReport>;

export const attemptOutcomes = [
  'RUNNING',
  'SUCCESS',
  'FAILED',
  'CANCELLED',
  /** The runner sent no more heartbeats. */
  'LOST',
  /** Released by a runner that was stopped; doesn't count against the limit. */
  'RELEASED',
  /** The job snoozed its run; doesn't count against the limit. */
  'SNOOZED',
] as const;

/** What an attempt took. In a process of its own that is its own; in the runner's, that of all that ran there meanwhile. */
export const attemptUsage = z.object({
  childPid: z.number().int().nullable().describe('Process of its own; null in the runner’s'),
  cpuMs: z.number().int().nullable(),
  peakMemoryBytes: z.number().nullable(),
  maxLoopLagMs: z.number().int().nullable(),
});
export type AttemptUsage = z.infer<typeof attemptUsage>;

/** One execution of a run: the last is the run's own, earlier ones failed, were released or recovered. */
export const jobRunAttempt = z.object({
  claimNo: z.number().int(),
  attempt: z.number().int(),
  outcome: z.enum(attemptOutcomes),
  runnerId: z.string().nullable(),
  runnerName: z.string().nullable().describe('`host:pid`; null for a runner that was removed'),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().nullable(),
  durationMs: z.number().nullable(),
  error: z.string().nullable(),
  errorStack: z.string().nullable(),
  usage: attemptUsage.nullable().describe('Null where nothing was measured'),
});
export type JobRunAttempt = z.infer<typeof jobRunAttempt>;
