import { defineJob, type JobContext } from '@job-manager/engine/queue/job';
import * as z from 'zod';
import { batchSizeParameter, grouped, inStep, pauseMsParameter } from './batches.js';

const parameters = z.strictObject({
  batchSize: batchSizeParameter('rows', 5000),
  pauseMs: pauseMsParameter,
});

/** Removes the feed rows that had expired when the run began, a bounded number per statement. */
export const feedPresortCleanupJob = defineJob({
  name: 'feed-presort-cleanup',
  description: 'Remove expired rows of presorted feeds, in bounded batches.',
  examples: [
    'tsx scripts/runJobs.ts feed-presort-cleanup',
    'tsx scripts/runJobs.ts feed-presort-cleanup --batchSize=1000 --pauseMs=200',
  ],
  algorithmVersion: '1.0.0',
  parameters,
  defaultParams: { batchSize: 5000, pauseMs: 50 },
  async run(ctx, { batchSize, pauseMs }) {
    ctx.pipeline([
      { id: 'count', label: 'Counting expired rows' },
      { id: 'remove', label: 'Removing expired rows', weight: 19 },
    ]);
    const expired = await inStep(ctx, 'count', () => countExpired(ctx));
    const removing = ctx.step('remove');
    removing.start(expired === 0 ? 'No row has expired' : undefined);
    let rowsRemoved = 0;
    let batches = 0;
    while (rowsRemoved < expired) {
      await ctx.checkCancellation();
      if (batches > 0) await ctx.pause(pauseMs);
      const removed = await removeExpired(ctx, batchSize);
      // Another run, or a feed presorted again, may have been faster.
      if (removed === 0) break;
      rowsRemoved += removed;
      batches += 1;
      ctx.setMetadata({ rowsRemoved, batches });
      removing.progress(rowsRemoved / expired, `Removed ${grouped(rowsRemoved)} expired rows`);
    }
    removing.done();
    if (rowsRemoved < expired) ctx.log.info(`${grouped(expired - rowsRemoved)} rows were removed by others meanwhile`);
    return { rowsRemoved, batches };
  },
});

async function countExpired(ctx: JobContext): Promise<number> {
  const [row] = await ctx.services.db.$queryRaw<{ count: number }[]>`
    SELECT count(*)::int FROM "FeedItem" WHERE "expiresAt" < ${ctx.startedAt.toISOString()}::timestamptz`;
  return row?.count ?? 0;
}

/** Removes up to `limit` expired rows, the oldest first; returns how many. */
function removeExpired(ctx: JobContext, limit: number): Promise<number> {
  return ctx.services.db.$executeRaw`
    WITH expired AS MATERIALIZED (
      SELECT "userId", "postId" FROM "FeedItem" WHERE "expiresAt" < ${ctx.startedAt.toISOString()}::timestamptz
      ORDER BY "expiresAt" LIMIT ${limit}::int FOR UPDATE SKIP LOCKED
    )
    DELETE FROM "FeedItem" f USING expired e WHERE f."userId" = e."userId" AND f."postId" = e."postId"`;
}
