import type { QueueEvents } from '@job-manager/engine/queue/events';
import type { Scheduler } from '@job-manager/engine/queue/maintenance/scheduler';
import type { Registry } from '@job-manager/engine/queue/registry';
import type { Runner } from '@job-manager/engine/queue/runner';
import { type ClaimedRun, claimDueRuns } from '@job-manager/engine/queue/transitions/claim';
import { readRun } from '@job-manager/engine/store/run';
import type { JobRunStatus } from '@job-manager/shared/run';
import type pg from 'pg';

export interface DrainOptions {
  /** The only channel whose runs are executed; all unless given. */
  channel?: string | undefined;
  /** So many executions at most, so that a job that queues itself again ends the test; 1,000 unless given. */
  limit?: number | undefined;
}

/** An execution of a drain, in the order they began. */
export interface DrainedRun {
  jobRunId: string;
  jobName: string;
  attempt: number;
  /** The state after the drain: QUEUED where the run waits for another attempt, or was snoozed. */
  status: JobRunStatus;
  error: string | null;
}

/** More was executed than a drain is to execute. */
export class DrainLimitError extends Error {
  override readonly name = 'DrainLimitError';
}

export interface DrainWith {
  pool: pg.Pool;
  runner: Runner;
  registry: Registry;
  scheduler: Scheduler;
  events: QueueEvents;
}

/** At once, as a runner of ten slots has them. */
const AT_ONCE = 10;

/**
 * Executes due runs until none is left, those of schedules and those that are queued meanwhile included. A run that waits for
 * its next attempt, or whose time has not come, is left alone: move the clock and drain again. Throws DrainLimitError.
 */
export async function drain(
  { pool, runner, registry, scheduler }: DrainWith,
  { channel, limit = 1_000 }: DrainOptions,
): Promise<DrainedRun[]> {
  const begun: ClaimedRun[] = [];
  while ((await scheduler.tick()).moved > 0);
  for (;;) {
    const most = Math.min(AT_ONCE, limit - begun.length);
    const runs = await claimDueRuns(pool, {
      runnerId: runner.id,
      jobNames: registry.names(),
      most: Math.max(1, most),
      ...(channel !== undefined && { channels: [channel] }),
    });
    if (runs.length === 0) break;
    begun.push(...runs);
    await Promise.all(runs.map((run) => runner.execute(run)));
    if (begun.length > limit) {
      const names = [...new Set(begun.map(({ jobName }) => jobName))].sort().join(', ');
      throw new DrainLimitError(
        `More than ${limit} runs were executed, of ${names}, and there may be more: raise limit, or check for a job that queues itself`,
      );
    }
  }
  return Promise.all(begun.map((run) => drained(pool, run)));
}

async function drained(pool: pg.Pool, { id, jobName, attempt }: ClaimedRun): Promise<DrainedRun> {
  const run = await readRun(pool, id);
  if (!run) throw new Error(`Run #${id} was removed while it was drained`);
  return { jobRunId: id, jobName, attempt, status: run.status, error: run.error };
}
