import { attemptUsage, jobRunStep } from '@job-manager/shared/contract/message';
import { limits } from '@job-manager/shared/limits';
import { messageLevels } from '@job-manager/shared/message';
import { terminalStatuses } from '@job-manager/shared/run';
import * as z from 'zod';
import type { ExecutionResult, StopReason } from '../run-execution.js';
import type { ClaimedRun } from '../transitions/claim.js';

// The messages between a runner and the processes of its isolated jobs.

/** What a process is to know before its first run. */
export interface ChildSetup {
  /** File URL of a module that exports `jobs`, and `services` where there are any. */
  jobsModule: string;
  databaseUrl: string;
  /** Jobs in the runner's own process have services. */
  needsServices: boolean;
  redactKeys: string;
}

/** Orders come through Node's own channel. The lease stays with the runner, which writes everything. */
export type ChildOrder =
  | { type: 'setUp'; setup: ChildSetup }
  | { type: 'run'; runNo: number; run: Omit<ClaimedRun, 'leaseToken'> }
  | { type: 'stop'; reason: StopReason };

/**
 * Reports come through a pipe of their own that is written synchronously, a line of JSON each, so that reports from
 * before a crash or an endless loop are not lost.
 */
export const REPORTS_FD = 4;
/** What the measuring thread finds, a line each: apart from the reports, for two threads may not share a pipe. */
export const SAMPLES_FD = 5;
/** Longer than any report can be. */
export const MAX_REPORT_CHARS = 8 * 1024 * 1024;

const storable = z.object({
  json: z
    .string()
    .max(2 * limits.metadataBytes)
    .nullable(),
  truncated: z.boolean(),
});

const stopReason = z.enum(['cancelled', 'drained', 'lease lost', 'timed out'] satisfies StopReason[]);

// Checked as far as it must be stored; the rest is as an execution over there returned it, with the same code.
const executionResult = z.union([
  z.looseObject({ status: z.literal('interrupted'), reason: stopReason }),
  z.looseObject({
    status: z.literal('snoozed'),
    delayMs: z.number(),
    reason: z.string().max(limits.errorChars).nullable(),
  }),
  z.looseObject({
    ...storable.shape,
    status: z.enum(terminalStatuses),
    error: z.string().max(limits.errorChars).nullable(),
    errorStack: z.string().nullable(),
  }),
]) as unknown as z.ZodType<ExecutionResult>;

export const childReport = z.discriminatedUnion('type', [
  /** Has loaded the module, which has these jobs. */
  z.object({ type: z.literal('loaded'), jobNames: z.array(z.string()) }),
  /** Waits for a run. */
  z.object({ type: z.literal('ready'), memoryBytes: z.number() }),
  z.object({
    type: z.literal('line'),
    level: z.enum(messageLevels),
    message: z.string().max(limits.messageChars),
    data: z
      .string()
      .max(2 * limits.messageDataBytes)
      .nullable(),
  }),
  z.object({
    type: z.literal('progress'),
    percent: z.number().nullable(),
    message: z.string().max(limits.progressChars).nullable(),
    /** Left out where they are as they were. */
    steps: z.array(jobRunStep).nullable().optional(),
  }),
  z.object({ type: z.literal('metadata'), ...storable.shape }),
  /** It has received the request to stop its run, so its event loop is not blocked. */
  z.object({ type: z.literal('stopping'), runNo: z.number() }),
  z.object({
    type: z.literal('ended'),
    result: executionResult,
    usage: attemptUsage,
    /** Something was thrown and not caught: what else it broke is unknown. */
    isTainted: z.boolean(),
  }),
  /** It can't execute anything. */
  z.object({ type: z.literal('unusable'), error: z.string() }),
]);
export type ChildReport = z.infer<typeof childReport>;
