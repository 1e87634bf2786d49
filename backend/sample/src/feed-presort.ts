import { defineJob, type JobContext } from '@job-manager/engine/queue/job';
import * as z from 'zod';
import { batchSizeParameter, inBatches, inStep, pauseMsParameter, userIdParameter, userIds } from './batches.js';
import { type FeedItem, type FeedPost, rankFeed, type Taste } from './feed-ranking.js';

const ALGORITHM_VERSION = '1.0.0';

const parameters = z.strictObject({
  userId: userIdParameter,
  feedSize: z.number().int().min(1).max(1000).default(100).describe('How many posts a feed has.'),
  ttlHours: z.number().min(0.1).max(8760).default(24).describe('Hours after which a feed has expired.'),
  halfLifeHours: z.number().min(0.1).max(8760).default(48).describe('Hours after which a post counts half.'),
  maxAgeDays: z.number().int().min(1).max(365).default(14).describe('Older posts enter no feed.'),
  candidatePosts: z
    .number()
    .int()
    .min(1)
    .max(100_000)
    .default(10_000)
    .describe('Feeds are chosen from so many of the newest posts.'),
  batchSize: batchSizeParameter('users', 100),
  pauseMs: pauseMsParameter,
});
type FeedParameters = z.output<typeof parameters>;

/** feed-ranking.ts ranks a feed. A feed is replaced as a whole and expires as a whole. */
export const feedPresortJob = defineJob({
  name: 'feed-presort',
  description: "Rank each user's feed from affinity, trending and matches. Replaces the feed, which then expires.",
  examples: [
    'tsx scripts/runJobs.ts feed-presort',
    'tsx scripts/runJobs.ts feed-presort --userId=8 --feedSize=50 --ttlHours=6',
  ],
  algorithmVersion: ALGORITHM_VERSION,
  parameters,
  defaultParams: {
    feedSize: 100,
    ttlHours: 24,
    halfLifeHours: 48,
    maxAgeDays: 14,
    candidatePosts: 10_000,
    batchSize: 100,
    pauseMs: 50,
  },
  async run(ctx, params) {
    ctx.pipeline([
      { id: 'users', label: 'Loading users' },
      { id: 'posts', label: 'Loading posts' },
      { id: 'presort', label: 'Presorting feeds', weight: 18 },
    ]);
    const users = await inStep(ctx, 'users', () => userIds(ctx, params.userId));
    const posts = await inStep(ctx, 'posts', () => loadPosts(ctx, params));
    if (posts.length === 0) ctx.log.warn(`No post is younger than ${params.maxAgeDays} days: all feeds will be empty`);
    const counts = { usersProcessed: 0, candidatePosts: posts.length, feedItemsWritten: 0 };
    const plan = { ...params, step: 'presort', done: 'Presorted the feeds of', items: 'users' };
    await inBatches(ctx, users, plan, async (batch) => {
      const tastes = await loadTastes(ctx, batch, posts);
      const feeds = tastes.flatMap((taste) => rankFeed(taste, posts, params.feedSize));
      counts.feedItemsWritten += await replaceFeeds(ctx, batch, feeds, params.ttlHours);
      counts.usersProcessed += batch.length;
      ctx.setMetadata(counts);
    });
    return counts;
  },
});

/** The newest posts that are no replies, with the trending score of each as a part of the highest. */
function loadPosts(ctx: JobContext, params: FeedParameters): Promise<FeedPost[]> {
  const now = ctx.startedAt.toISOString();
  return ctx.services.db.$queryRaw<FeedPost[]>`
    WITH trending AS (
      SELECT key, score / max(score) OVER () AS part FROM "TrendingItem" WHERE kind = 'POST' AND score > 0
    ), posts AS (
      SELECT id, "authorId", extract(epoch FROM ${now}::timestamptz - "createdAt")::float8 / 3600 AS age
      FROM "Post"
      WHERE "replyToId" IS NULL AND "createdAt" <= ${now}::timestamptz
        AND "createdAt" > ${now}::timestamptz - make_interval(days => ${params.maxAgeDays}::int)
      ORDER BY "createdAt" DESC, id DESC LIMIT ${params.candidatePosts}::int
    )
    SELECT p.id, p."authorId", 0.5::float8 ^ least(1000, p.age / ${params.halfLifeHours}::float8) AS freshness,
      coalesce(t.part, 0) AS trending
    FROM posts p LEFT JOIN trending t ON t.key = p.id::text ORDER BY p.age, p.id DESC`;
}

/** Affinities come as parts of the user's highest, so that busy and quiet people are ranked alike. */
async function loadTastes(ctx: JobContext, users: number[], posts: FeedPost[]): Promise<Taste[]> {
  const rows = await ctx.services.db.$queryRaw<TasteRow[]>`
    SELECT u.id AS "userId",
      (SELECT json_agg(json_build_array("authorId", part)) FROM (
        SELECT "authorId", score / max(score) OVER () AS part FROM "Affinity" WHERE "userId" = u.id AND score > 0
      ) a) AS affinities,
      (SELECT json_agg(json_build_array("candidateId", score)) FROM "MatchScore" WHERE "userId" = u.id) AS matches,
      (SELECT array_agg("postId") FROM "Reaction"
        WHERE "userId" = u.id AND "postId" = ANY (${posts.map((post) => post.id)}::int[])) AS seen
    FROM "User" u WHERE u.id = ANY (${users}::int[]) ORDER BY u.id`;
  return rows.map(({ userId, affinities, matches, seen }) => ({
    userId,
    affinities: new Map(affinities),
    matches: new Map(matches),
    seen: new Set(seen),
  }));
}

interface TasteRow {
  userId: number;
  affinities: [number, number][] | null;
  matches: [number, number][] | null;
  seen: number[] | null;
}

/** Replaces the feeds of these users in one statement; returns how many rows they have now. */
function replaceFeeds(ctx: JobContext, users: number[], feeds: FeedItem[], ttlHours: number): Promise<number> {
  const now = ctx.startedAt.toISOString();
  const expiresAt = new Date(ctx.startedAt.getTime() + ttlHours * 3_600_000).toISOString();
  return ctx.services.db.$executeRaw`
    WITH fresh AS MATERIALIZED (
      SELECT f.* FROM json_to_recordset(${JSON.stringify(feeds)}::json)
          AS f("userId" int, "postId" int, rank int, score float8)
        JOIN "User" u ON u.id = f."userId" JOIN "Post" p ON p.id = f."postId"
    ), stale AS (
      DELETE FROM "FeedItem" i WHERE i."userId" = ANY (${users}::int[])
        AND NOT EXISTS (SELECT FROM fresh f WHERE f."userId" = i."userId" AND f."postId" = i."postId")
    )
    INSERT INTO "FeedItem" ("userId", "postId", rank, score, "algorithmVersion", "computedAt", "expiresAt")
    SELECT "userId", "postId", rank, score, ${ALGORITHM_VERSION}, ${now}::timestamptz, ${expiresAt}::timestamptz
    FROM fresh ORDER BY "userId", "postId"
    ON CONFLICT ("userId", "postId") DO UPDATE SET rank = excluded.rank, score = excluded.score,
      "algorithmVersion" = excluded."algorithmVersion", "computedAt" = excluded."computedAt",
      "expiresAt" = excluded."expiresAt"`;
}
