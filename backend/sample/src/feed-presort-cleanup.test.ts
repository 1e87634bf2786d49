import { expect, it } from 'vitest';
import { feedPresortCleanupJob } from './feed-presort-cleanup.js';
import { hoursAgo, NOW } from './testing/network.js';
import { networkPerTest } from './testing/network-per-test.js';

const bench = networkPerTest();
const run = (parameters: Record<string, unknown> = {}, cancelAtCheck?: number) =>
  bench.run(feedPresortCleanupJob, parameters, { cancelAtCheck });

/** Seven rows that expired an hour to seven hours ago, one that expires now and two that are valid. */
async function fillFeeds(): Promise<void> {
  const userId = await bench.network.member();
  const expiries = [7, 6, 5, 4, 3, 2, 1, 0, -1, -2].map(hoursAgo);
  for (const [rank, expiresAt] of expiries.entries()) {
    const postId = await bench.network.post(userId, `Post ${rank}`);
    await bench.db.feedItem.create({
      data: { userId, postId, rank, score: 1, algorithmVersion: '1', computedAt: hoursAgo(30), expiresAt },
    });
  }
}

const remaining = () => bench.db.feedItem.findMany({ orderBy: { expiresAt: 'asc' } });

it.each([1, 3, 7, 100])('removes what has expired and nothing else, %i rows at a time', async (batchSize) => {
  await fillFeeds();
  const valid = await bench.db.feedItem.findMany({
    where: { expiresAt: { gte: NOW } },
    orderBy: { expiresAt: 'asc' },
  });
  const result = await run({ batchSize });
  expect(valid).toHaveLength(3);
  expect(await remaining()).toEqual(valid);
  expect(result.metadata).toEqual({ rowsRemoved: 7, batches: Math.ceil(7 / batchSize) });
  expect(result.progress.at(-1)).toEqual({ fraction: 1, message: 'Removed 7 expired rows' });
});

it('finds nothing more to do when run again', async () => {
  await fillFeeds();
  await run();
  const first = await remaining();
  const result = await run();
  expect(result.metadata).toEqual({ rowsRemoved: 0, batches: 0 });
  expect(result.progress.at(-1)).toEqual({ fraction: 1, message: 'No row has expired' });
  expect(await remaining()).toEqual(first);
});

it('stops between batches when it is cancelled', async () => {
  await fillFeeds();
  await expect(run({ batchSize: 2 }, 3)).rejects.toThrow('cancelled');
  expect(await remaining()).toHaveLength(10 - 2 * 2);
});

it.each([[{ batchSize: 0 }], [{ batchSize: 10_001 }], [{ pauseMs: 1.5 }], [{ olderThan: 3 }]])(
  'refuses %j',
  (parameters) => {
    expect(feedPresortCleanupJob.parameters.safeParse(parameters).success).toBe(false);
  },
);
