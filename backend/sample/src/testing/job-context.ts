import { checkDelay, JobFailure, JobSnooze } from '@job-manager/engine/queue/failure';
import type { AnyJob, JobContext } from '@job-manager/engine/queue/job';
import { messageFirst } from '@job-manager/engine/queue/message-line';
import { RunProgress } from '@job-manager/engine/queue/run-progress';
import type { JobRunStep } from '@job-manager/shared/contract/message';
import type { MessageLevel } from '@job-manager/shared/message';
import type { PrismaClient } from '../generated/prisma/client.js';

export interface JobResult {
  metadata: Record<string, unknown>;
  /** The whole progress, at each report. */
  progress: { fraction: number; message: string | null }[];
  /** As the job left them. */
  steps: readonly JobRunStep[];
  messages: { level: MessageLevel; message: string; data?: Record<string, unknown> }[];
}

interface RunOptions {
  db: PrismaClient;
  mediaDir?: string;
  /** The time the job uses as now. */
  startedAt?: Date;
  /** Called at each check; throw or abort here to cancel at a known point. */
  onCheck?: (checks: number) => void;
  signal?: AbortSignal;
}

/** Runs a job by itself, as a runner would call it, and returns what it reported. */
export async function runJobAlone(
  job: AnyJob,
  parameters: Record<string, unknown>,
  options: RunOptions,
): Promise<JobResult> {
  const outcome: JobResult = { metadata: {}, progress: [], steps: [], messages: [] };
  const progress = new RunProgress(({ percent, message, steps }) => {
    outcome.steps = steps ?? [];
    outcome.progress.push({ fraction: (percent ?? 0) / 100, message });
  });
  const logAt =
    (level: MessageLevel) =>
    (...given: unknown[]) => {
      const [message, data] = messageFirst(given) as [string, Record<string, unknown> | undefined];
      outcome.messages.push({ level, message, ...(data && { data }) });
    };
  const signal = options.signal ?? new AbortController().signal;
  let checks = 0;
  const ctx: JobContext = {
    runId: '1',
    attempt: 1,
    claimNo: 1,
    correlationId: null,
    startedAt: options.startedAt ?? new Date(),
    signal,
    log: { info: logAt('INFO'), warn: logAt('WARN'), error: logAt('ERROR') },
    services: { db: options.db, mediaDir: options.mediaDir ?? '' },
    progress: (fraction, message) => progress.report(fraction, message),
    pipeline: (plan) => progress.pipeline(plan),
    step: (id) => progress.step(id),
    setMetadata: (values) => {
      Object.assign(outcome.metadata, values);
    },
    checkCancellation: async () => {
      checks += 1;
      options.onCheck?.(checks);
      signal.throwIfAborted();
    },
    pause: async () => signal.throwIfAborted(),
    upstream: async () => [],
    fail: (reason, { retry = true } = {}) => {
      throw new JobFailure(reason, retry);
    },
    retryIn: (ms, reason) => {
      throw new JobFailure(reason, true, checkDelay(ms, 'ctx.retryIn'));
    },
    snooze: (ms, reason) => {
      throw new JobSnooze(checkDelay(ms, 'ctx.snooze'), reason ?? null);
    },
  };
  const result = await job.run(ctx, job.parameters.parse(parameters));
  Object.assign(outcome.metadata, result ?? {});
  // As a run ends that has succeeded.
  const last = outcome.progress.at(-1);
  if (last) outcome.progress.push({ ...last, fraction: 1 });
  return outcome;
}
