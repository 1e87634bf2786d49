import type { PrismaClient } from '../generated/prisma/client.js';
import type { JobContext } from '../queue/job.js';

export interface BatchPlan {
  batchSize: number;
  /** Waited between two batches, so that the database serves others too. 0 unless given. */
  pauseMs?: number;
  /** What is done to what, for the progress message: `Scored 200 of 1,000 users`. */
  done: string;
  items: string;
}

/**
 * Works through `items` in order, `batchSize` at a time. Before each batch it stops if the run is to stop,
 * after each it reports progress.
 */
export async function inBatches<T>(
  ctx: JobContext,
  items: readonly T[],
  plan: BatchPlan,
  work: (batch: T[]) => Promise<void>,
): Promise<void> {
  for (let start = 0; start < items.length; start += plan.batchSize) {
    await ctx.checkCancellation();
    if (start > 0 && plan.pauseMs) await ctx.pause(plan.pauseMs);
    await work(items.slice(start, start + plan.batchSize));
    const end = Math.min(start + plan.batchSize, items.length);
    ctx.progress(end / items.length, `${plan.done} ${grouped(end)} of ${grouped(items.length)} ${plan.items}`);
  }
}

const grouped = (count: number) => count.toLocaleString('en-US');

/** The ids of all users in ascending order; of one alone when `userId` is given, which must exist. */
export async function userIds(db: PrismaClient, userId?: number): Promise<number[]> {
  const users = await db.user.findMany({ where: { id: userId }, select: { id: true }, orderBy: { id: 'asc' } });
  if (userId !== undefined && users.length === 0) throw new Error(`There is no user with the id ${userId}.`);
  return users.map((user) => user.id);
}
