import * as z from 'zod';
import { jobRunStatuses, jobRunTriggers } from '../run.js';
import { jobRunAttempt, jobRunStep } from './message.js';

/** A run's id: a 64-bit number, as a string, because JavaScript's numbers end before it does. */
export const runId = z
  .string()
  // Abort: BigInt throws where the text is no number.
  .regex(/^[1-9]\d{0,18}$/, { error: 'must be a run number', abort: true })
  .refine((id) => BigInt(id) <= 9_223_372_036_854_775_807n, 'must be a run number');

const time = z.iso.datetime();

export const person = z.object({ id: z.number().int(), email: z.string() });

/** A run as lists and the socket carry it: everything but the payloads. */
export const jobRunSummary = z.object({
  id: runId,
  jobName: z.string(),
  channel: z.string(),
  priority: z.number().int(),
  status: z.enum(jobRunStatuses),
  trigger: z.enum(jobRunTriggers),
  scope: z.string().nullable(),
  algorithmVersion: z.string().nullable(),
  error: z.string().nullable(),
  progressPercent: z.number().min(0).max(100).nullable(),
  progressMessage: z.string().nullable(),
  attempt: z.number().int(),
  maxAttempts: z.number().int(),
  runAt: time,
  queuedAt: time,
  startedAt: time.nullable(),
  finishedAt: time.nullable(),
  lastHeartbeatAt: time.nullable(),
  durationMs: z.number().nullable(),
  queueDelayMs: z.number().nullable(),
  triggeredBy: person.nullable(),
  /** Name of the API token that started it. */
  triggeredByToken: z.string().nullable(),
  cancelRequestedBy: person.nullable(),
  cancelRequestedAt: time.nullable(),
  runnerId: z.string().nullable(),
  rerunOfId: runId.nullable(),
  claimNo: z.number().int(),
  /** How long an attempt may take before it is failed; null for as long as it likes. */
  timeoutMs: z.number().nullable(),
  /** Executed by an external program, and failed after so much silence; null for runs of our runners. */
  inactivityTimeoutMs: z.number().nullable(),
  /** Messages ever written, the dropped ones included. */
  messageCount: z.number().int(),
  warningCount: z.number().int(),
  errorCount: z.number().int(),
  /** Oldest messages dropped to keep within the limit per run. */
  droppedMessages: z.number().int(),
  rev: z.number().int(),
});
export type JobRunSummary = z.infer<typeof jobRunSummary>;

/** A whole run. */
export const jobRun = jobRunSummary.extend({
  parameters: z.record(z.string(), z.unknown()),
  metadata: z.unknown().nullable(),
  metadataTruncated: z.boolean(),
  errorStack: z.string().nullable(),
  steps: z.array(jobRunStep).nullable().describe('Null for a run without a pipeline'),
  attempts: z.array(jobRunAttempt).describe('Oldest first'),
});
export type JobRun = z.infer<typeof jobRun>;

export const jobDefinition = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  examples: z.array(z.string()),
  defaultParams: z.record(z.string(), z.unknown()).optional(),
  algorithmVersion: z.string(),
  parametersSchema: z.record(z.string(), z.unknown()).describe('JSON Schema of the parameters'),
  slowAfterMs: z.number().int(),
  timeoutMs: z.number().int().nullable(),
  maxAttempts: z.number().int(),
});
export type JobDefinition = z.infer<typeof jobDefinition>;

export const jobStats = z.object({
  active: z.number().int(),
  queued: z.number().int(),
  last24h: z.object({
    total: z.number().int(),
    success: z.number().int(),
    failed: z.number().int(),
    cancelled: z.number().int(),
  }),
  stalled: z.number().int(),
  updatedAt: time,
});
export type JobStats = z.infer<typeof jobStats>;
