import { expect, it } from 'vitest';
import { affinityJob } from './affinity.js';
import { feedPresortJob } from './feed-presort.js';
import { matchScoresJob } from './match-scores.js';
import { daysAgo, hoursAgo, NOW } from './testing/network.js';
import { networkPerTest } from './testing/network-per-test.js';
import { fillNetwork } from './testing/random-network.js';
import { trendingJob } from './trending.js';

const bench = networkPerTest();
const run = (parameters: Record<string, unknown> = {}) => bench.run(feedPresortJob, parameters);
const stored = () => bench.db.feedItem.findMany({ orderBy: [{ userId: 'asc' }, { rank: 'asc' }] });

async function prepare(seed: number): Promise<number[]> {
  const members = await fillNetwork(bench.network, seed);
  await bench.run(affinityJob);
  await bench.run(trendingJob);
  await bench.run(matchScoresJob, { topN: 5 });
  return members;
}

it('ranks by affinity, trending and match, fading with age', async () => {
  const [me, friend, match, stranger] = (await bench.network.members(4)) as [number, number, number, number];
  const computed = { algorithmVersion: '1', computedAt: NOW };
  await bench.db.affinity.createMany({
    data: [
      { ...computed, userId: me, authorId: friend, score: 8, reactions: 1, replies: 0, follows: true },
      { ...computed, userId: me, authorId: match, score: 2, reactions: 1, replies: 0, follows: false },
    ],
  });
  const parts = { traitScore: 0, interestScore: 0, compatibilityScore: 0 };
  const more = { distanceScore: 0, ageScore: 0, activityScore: 0 };
  await bench.db.matchScore.create({
    data: { ...computed, ...parts, ...more, userId: me, candidateId: match, rank: 1, score: 0.8 },
  });
  const posts = {
    byFriend: await bench.network.post(friend, 'Hello', { createdAt: hoursAgo(48) }),
    byMatch: await bench.network.post(match, 'Hello'),
    trending: await bench.network.post(stranger, 'Hello'),
    other: await bench.network.post(stranger, 'Hello'),
  };
  await bench.db.trendingItem.createMany({
    data: [
      { ...computed, kind: 'POST', key: String(posts.trending), rank: 2, score: 5, velocity: 0, reactions: 9 },
      { ...computed, kind: 'POST', key: '999', rank: 1, score: 10, velocity: 0, reactions: 9 },
    ],
  });
  await run({ userId: me, ttlHours: 6, halfLifeHours: 48 });
  const expected: [number, number][] = [
    [posts.byMatch, 0.5 * (2 / 8) + 0.15 * 0.8 + 0.05],
    [posts.byFriend, (0.5 + 0.05) / 2],
    [posts.trending, 0.3 * (5 / 10) + 0.05],
    [posts.other, 0.05],
  ];
  const expiresAt = hoursAgo(-6);
  expect(await stored()).toMatchObject(
    expected.map(([postId, score], at) => ({ postId, rank: at + 1, score: expect.closeTo(score), expiresAt })),
  );
});

it.each([
  [100, 100, 100],
  [7, 3, 20],
])('equals SQL over all users and posts, feeds of %i', async (feedSize, batchSize, candidatePosts) => {
  await prepare(30);
  const parameters = { feedSize, batchSize, candidatePosts, maxAgeDays: 20, halfLifeHours: 60 };
  const result = await run(parameters);
  const expected = (await bySql(parameters)).filter(({ rank }) => rank <= feedSize);
  const rows = await stored();
  expect(rows.length).toBeGreaterThan(50);
  expect(rows).toMatchObject(expected.map(({ score, ...item }) => ({ ...item, score: expect.closeTo(score, 10) })));
  expect(result.metadata).toEqual({
    usersProcessed: 15,
    candidatePosts: expect.any(Number),
    feedItemsWritten: rows.length,
  });
});

it('gives the same rows twice, and drops what left the feed', async () => {
  await prepare(31);
  await run();
  const first = await stored();
  await run({ batchSize: 4 });
  expect(await stored()).toEqual(first);
  const top = first[0]?.postId;
  await bench.db.post.updateMany({ where: { id: top }, data: { createdAt: daysAgo(100) } });
  await run();
  expect((await stored()).filter(({ postId }) => postId === top)).toEqual([]);
});

it('shows no user their own posts, replies, posts they reacted to or posts in the future', async () => {
  const [me, author] = (await bench.network.members(2)) as [number, number];
  const own = await bench.network.post(me, 'Mine');
  await bench.network.post(author, 'A reply', { replyToId: own });
  await bench.network.react(me, await bench.network.post(author, 'Liked'));
  await bench.network.post(author, 'Scheduled', { createdAt: hoursAgo(-1) });
  await bench.network.post(author, 'Too old', { createdAt: daysAgo(15) });
  const shown = await bench.network.post(author, 'Shown');
  await run({ userId: me });
  expect(await stored()).toMatchObject([{ userId: me, postId: shown, rank: 1 }]);
});

it('presorts for one user alone on request', async () => {
  const members = await prepare(32);
  await run({ userId: members[2] });
  expect(new Set((await stored()).map(({ userId }) => userId))).toEqual(new Set([members[2]]));
  await expect(run({ userId: 999 })).rejects.toThrow('There is no user with the id 999.');
});

it('stops between batches when it is cancelled', async () => {
  const members = await bench.network.members(4);
  const author = await bench.network.member();
  await bench.network.post(author, 'Hello');
  await expect(bench.run(feedPresortJob, { batchSize: 2 }, { cancelAtCheck: 2 })).rejects.toThrow('cancelled');
  expect((await stored()).map(({ userId }) => userId)).toEqual(members.slice(0, 2));
});

it.each([
  [{ feedSize: 0 }],
  [{ ttlHours: 0 }],
  [{ halfLifeHours: -1 }],
  [{ maxAgeDays: 1.5 }],
  [{ candidatePosts: 100_001 }],
  [{ pauseMs: null }],
  [{ size: 10 }],
])('refuses %j', (parameters) => {
  expect(feedPresortJob.parameters.safeParse(parameters).success).toBe(false);
});

interface FeedRow {
  userId: number;
  postId: number;
  rank: number;
  score: number;
}

function bySql(settings: { candidatePosts: number; maxAgeDays: number; halfLifeHours: number }): Promise<FeedRow[]> {
  return bench.db.$queryRaw<FeedRow[]>`
    WITH posts AS (
      SELECT p.*, extract(epoch FROM ${NOW.toISOString()}::timestamptz - "createdAt")::float8 / 3600 AS hours
      FROM "Post" p
      WHERE "replyToId" IS NULL
        AND "createdAt" BETWEEN ${daysAgo(settings.maxAgeDays).toISOString()}::timestamptz
          AND ${NOW.toISOString()}::timestamptz
      ORDER BY "createdAt" DESC LIMIT ${settings.candidatePosts}::int
    ), scored AS (
      SELECT u.id AS "userId", p.id AS "postId",
        (coalesce(0.5 * a.score / (SELECT max(score) FROM "Affinity" WHERE "userId" = u.id), 0)
          + coalesce(0.3 * t.score / (SELECT max(score) FROM "TrendingItem" WHERE kind = 'POST'), 0)
          + coalesce(0.15 * m.score, 0) + 0.05) * 0.5 ^ (p.hours / ${settings.halfLifeHours}::float8) AS score
      FROM "User" u CROSS JOIN posts p
        LEFT JOIN "Affinity" a ON a."userId" = u.id AND a."authorId" = p."authorId"
        LEFT JOIN "MatchScore" m ON m."userId" = u.id AND m."candidateId" = p."authorId"
        LEFT JOIN "TrendingItem" t ON t.kind = 'POST' AND t.key = p.id::text
      WHERE p."authorId" <> u.id
        AND NOT EXISTS (SELECT FROM "Reaction" r WHERE r."userId" = u.id AND r."postId" = p.id)
    )
    SELECT *, row_number() OVER (PARTITION BY "userId" ORDER BY score DESC, "postId" DESC)::int AS rank
    FROM scored ORDER BY "userId", rank`;
}
