import type { JobContext } from '@job-manager/engine/queue/job';
import * as z from 'zod';

const MAX_ID = 2 ** 31 - 1;
const MAX_PAUSE_MS = 60_000;

/** Parameters that several jobs have. */
export const userIdParameter = z
  .number()
  .int()
  .min(1)
  .max(MAX_ID)
  .optional()
  .describe('Only this user; all without it.');
export const pauseMsParameter = z
  .number()
  .int()
  .min(0)
  .max(MAX_PAUSE_MS)
  .default(50)
  .describe('Milliseconds to wait between batches, so that the database serves others too.');
export const batchSizeParameter = (items: string, usual: number) =>
  z.number().int().min(1).max(10_000).default(usual).describe(`How many ${items} are handled at a time.`);

export interface BatchPlan {
  /** The step of the run that this work is. */
  step: string;
  batchSize: number;
  /** Waited between two batches. 0 unless given. */
  pauseMs?: number;
  /** Verb and noun of the progress message: `Scored 200 of 1,000 users`. */
  done: string;
  items: string;
}

/** What batches need of a run. */
type BatchContext = Pick<JobContext, 'step' | 'checkCancellation' | 'pause'>;

/** Does a part of the work that has no progress of its own as a step, from its start to its end. */
export async function inStep<T>(ctx: Pick<JobContext, 'step'>, id: string, work: () => Promise<T>): Promise<T> {
  ctx.step(id).start();
  const result = await work();
  ctx.step(id).done();
  return result;
}

/** Reports progress inside a batch: the part of it that is done, 0 to 1. */
export type ReportPart = (part: number) => void;

/**
 * Works through `items` in order, `batchSize` at a time. Before each batch it stops if the run is to stop,
 * after each it reports progress.
 */
export async function inBatches<T>(
  ctx: BatchContext,
  items: readonly T[],
  plan: BatchPlan,
  work: (batch: T[], report: ReportPart) => Promise<void>,
): Promise<void> {
  const report = (count: number) => {
    const message = `${plan.done} ${grouped(Math.floor(count))} of ${grouped(items.length)} ${plan.items}`;
    ctx.step(plan.step).progress(count / items.length, message);
  };
  ctx.step(plan.step).start();
  for (let start = 0; start < items.length; start += plan.batchSize) {
    await ctx.checkCancellation();
    if (start > 0 && plan.pauseMs) await ctx.pause(plan.pauseMs);
    const batch = items.slice(start, start + plan.batchSize);
    await work(batch, (part) => report(start + part * batch.length));
    report(start + batch.length);
  }
  ctx.step(plan.step).done();
}

export const grouped = (count: number) => count.toLocaleString('en-US');

/**
 * The ids of all users in ascending order; of one alone when `userId` is given.
 * Fails the run for good when there is no such user.
 */
export async function userIds(ctx: Pick<JobContext, 'services' | 'fail'>, userId?: number): Promise<number[]> {
  const users = await ctx.services.db.user.findMany({
    where: { id: userId },
    select: { id: true },
    orderBy: { id: 'asc' },
  });
  if (userId !== undefined && users.length === 0) ctx.fail(`There is no user with the id ${userId}.`, { retry: false });
  return users.map((user) => user.id);
}
