import { defineJob, type JobContext } from '@job-manager/engine/queue/job';
import * as z from 'zod';
import { batchSizeParameter, grouped, inBatches, inStep, pauseMsParameter } from './batches.js';
import { BestOf } from './best-of.js';
import { hashtagsOf } from './hashtags.js';

const ALGORITHM_VERSION = '1.0.0';
const MAX_KEY_LENGTH = 100;

const parameters = z
  .strictObject({
    halfLifeHours: z.number().min(0.1).max(8760).default(24).describe('Hours after which a reaction counts half.'),
    windowHours: z
      .number()
      .min(0.1)
      .max(8760)
      .default(24)
      .describe('Velocity compares the last so many hours with as many before them.'),
    lookbackDays: z.number().int().min(1).max(365).default(14).describe('Older reactions are left out.'),
    topN: z.number().int().min(1).max(10_000).default(100).describe('How many posts and how many hashtags are kept.'),
    batchSize: batchSizeParameter('posts', 2000),
    pauseMs: pauseMsParameter,
  })
  .refine(({ windowHours, lookbackDays }) => 2 * windowHours <= 24 * lookbackDays, {
    path: ['windowHours'],
    message: 'Two windows must lie within lookbackDays.',
  });
type TrendingParameters = z.output<typeof parameters>;

/**
 * The score of a post is the sum over its reactions, each halved every `halfLifeHours`, times
 * 1 + (now - before) / (now + before) / 2, where now and before count the reactions of the last window and of
 * the one before it: half as much again for new activity, half for activity that has stopped. Velocity is
 * (now - before) / windowHours. A hashtag adds up the posts that carry it.
 */
export const trendingJob = defineJob({
  name: 'trending',
  description: 'Which posts and hashtags are trending: reactions that fade with time, raised while they quicken.',
  examples: [
    'tsx scripts/runJobs.ts trending',
    'tsx scripts/runJobs.ts trending --halfLifeHours=12 --windowHours=3 --topN=50',
  ],
  algorithmVersion: ALGORITHM_VERSION,
  parameters,
  defaultParams: { halfLifeHours: 24, windowHours: 24, lookbackDays: 14, topN: 100, batchSize: 2000, pauseMs: 50 },
  async run(ctx, params) {
    ctx.pipeline([
      { id: 'load', label: 'Loading posts with reactions' },
      { id: 'score', label: 'Scoring posts and hashtags', weight: 18 },
      { id: 'store', label: 'Storing trends' },
    ]);
    const postIds = await inStep(ctx, 'load', () => reactedPosts(ctx, params.lookbackDays));
    const posts = new BestOf<Item>(params.topN, byScore);
    const hashtags = new Map<string, Heat>();
    const plan = {
      step: 'score',
      batchSize: params.batchSize,
      pauseMs: params.pauseMs,
      done: 'Scored',
      items: 'posts',
    };
    await inBatches(ctx, postIds, plan, async (batch) => {
      for (const post of await measure(ctx, batch, params)) {
        posts.offer(item('POST', String(post.id), post, params));
        for (const tag of hashtagsOf(post.text)) add(hashtags, tag, post);
      }
    });
    await ctx.checkCancellation();
    const trending = [...ranked(posts), ...ranked(bestHashtags(hashtags, params))];
    await inStep(ctx, 'store', () => replaceTrending(ctx, trending));
    ctx.log.info(`Scored ${grouped(postIds.length)} posts and ${grouped(hashtags.size)} hashtags`);
    return {
      postsScored: postIds.length,
      hashtagsScored: hashtags.size,
      postsTrending: trending.filter(({ kind }) => kind === 'POST').length,
      hashtagsTrending: trending.filter(({ kind }) => kind === 'HASHTAG').length,
    };
  },
});

/** What reactions amount to. */
interface Heat {
  /** Their number, each faded by its age. */
  faded: number;
  reactions: number;
  /** In the last window, and in the one before. */
  now: number;
  before: number;
}

interface Item {
  kind: 'POST' | 'HASHTAG';
  key: string;
  score: number;
  velocity: number;
  reactions: number;
}

function item(kind: Item['kind'], key: string, heat: Heat, { windowHours }: TrendingParameters): Item {
  const recent = heat.now + heat.before;
  const growth = recent === 0 ? 0 : (heat.now - heat.before) / recent;
  const velocity = (heat.now - heat.before) / windowHours;
  return { kind, key, score: heat.faded * (1 + growth / 2), velocity, reactions: heat.reactions };
}

function add(hashtags: Map<string, Heat>, tag: string, { faded, reactions, now, before }: Heat): void {
  const sum = hashtags.get(tag) ?? { faded: 0, reactions: 0, now: 0, before: 0 };
  hashtags.set(tag, {
    faded: sum.faded + faded,
    reactions: sum.reactions + reactions,
    now: sum.now + now,
    before: sum.before + before,
  });
}

function bestHashtags(hashtags: Map<string, Heat>, params: TrendingParameters): BestOf<Item> {
  const best = new BestOf<Item>(params.topN, byScore);
  for (const [tag, heat] of hashtags) {
    if (tag.length <= MAX_KEY_LENGTH) best.offer(item('HASHTAG', tag, heat, params));
  }
  return best;
}

const byScore = (a: Item, b: Item) => b.score - a.score || (a.key < b.key ? -1 : Number(a.key > b.key));

const ranked = (best: BestOf<Item>) => best.ranked().map((entry, index) => ({ ...entry, rank: index + 1 }));

async function reactedPosts(ctx: JobContext, lookbackDays: number): Promise<number[]> {
  const now = ctx.startedAt.toISOString();
  const rows = await ctx.services.db.$queryRaw<{ id: number }[]>`
    SELECT DISTINCT "postId" AS id FROM "Reaction"
    WHERE "createdAt" > ${now}::timestamptz - make_interval(days => ${lookbackDays}::int)
      AND "createdAt" <= ${now}::timestamptz
    ORDER BY id`;
  return rows.map(({ id }) => id);
}

function measure(ctx: JobContext, posts: number[], params: TrendingParameters) {
  const now = ctx.startedAt.toISOString();
  // PostgreSQL fails on a power that underflows; 0.5 to the power of a thousand doesn't yet.
  return ctx.services.db.$queryRaw<(Heat & { id: number; text: string })[]>`
    WITH reactions AS (
      SELECT "postId", extract(epoch FROM ${now}::timestamptz - "createdAt")::float8 / 3600 AS age
      FROM "Reaction"
      WHERE "postId" = ANY (${posts}::int[]) AND "createdAt" <= ${now}::timestamptz
        AND "createdAt" > ${now}::timestamptz - make_interval(days => ${params.lookbackDays}::int)
    ), heat AS (
      SELECT "postId", count(*)::int AS reactions,
        sum(0.5::float8 ^ least(1000, age / ${params.halfLifeHours}::float8) ORDER BY age) AS faded,
        count(*) FILTER (WHERE age < ${params.windowHours}::float8)::int AS now,
        count(*) FILTER (WHERE age >= ${params.windowHours}::float8 AND age < 2 * ${params.windowHours}::float8)::int
          AS before
      FROM reactions GROUP BY "postId"
    )
    SELECT p.id, p.text, heat.reactions, heat.faded, heat.now, heat.before
    FROM heat JOIN "Post" p ON p.id = heat."postId" ORDER BY p.id`;
}

async function replaceTrending(ctx: JobContext, items: (Item & { rank: number })[]): Promise<void> {
  await ctx.services.db.$executeRaw`
    WITH fresh AS MATERIALIZED (
      SELECT kind::"TrendingKind", key, rank, score, velocity, reactions
      FROM json_to_recordset(${JSON.stringify(items)}::json)
        AS f(kind text, key text, rank int, score float8, velocity float8, reactions int)
    ), stale AS (
      DELETE FROM "TrendingItem" t
      WHERE NOT EXISTS (SELECT FROM fresh f WHERE f.kind = t.kind AND f.key = t.key)
    )
    INSERT INTO "TrendingItem" (kind, key, rank, score, velocity, reactions, "algorithmVersion", "computedAt")
    SELECT kind, key, rank, score, velocity, reactions, ${ALGORITHM_VERSION}, ${ctx.startedAt.toISOString()}::timestamptz
    FROM fresh ORDER BY kind, key
    ON CONFLICT (kind, key) DO UPDATE SET rank = excluded.rank, score = excluded.score, velocity = excluded.velocity,
      reactions = excluded.reactions, "algorithmVersion" = excluded."algorithmVersion",
      "computedAt" = excluded."computedAt"`;
}
