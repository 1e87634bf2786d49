import type { PrismaClient } from '../generated/prisma/client.js';
import type { AnyJob, JobContext } from '../queue/job.js';

export interface JobTrial {
  metadata: Record<string, unknown>;
  progress: { fraction: number; message?: string }[];
}

interface TrialOptions {
  db: PrismaClient;
  mediaDir?: string;
  /** The time the job takes for now. */
  startedAt?: Date;
  /** Called at each check; throw or abort here to cancel at a known point. */
  onCheck?: (checks: number) => void;
  signal?: AbortSignal;
}

/** Runs a job by itself, as a runner would call it, and returns what it reported. */
export async function tryJob(
  job: AnyJob,
  parameters: Record<string, unknown>,
  options: TrialOptions,
): Promise<JobTrial> {
  const trial: JobTrial = { metadata: {}, progress: [] };
  const signal = options.signal ?? new AbortController().signal;
  let checks = 0;
  const ctx: JobContext = {
    runId: '1',
    attempt: 1,
    claimNo: 1,
    startedAt: options.startedAt ?? new Date(),
    signal,
    log: { info() {}, warn() {}, error() {} },
    db: options.db,
    mediaDir: options.mediaDir ?? '',
    progress: (fraction, message) => {
      trial.progress.push({ fraction, message });
    },
    setMetadata: (values) => {
      Object.assign(trial.metadata, values);
    },
    checkCancellation: async () => {
      checks += 1;
      options.onCheck?.(checks);
      signal.throwIfAborted();
    },
    pause: async () => signal.throwIfAborted(),
  };
  const result = await job.run(ctx, job.parameters.parse(parameters));
  Object.assign(trial.metadata, result ?? {});
  return trial;
}
