import { defineJob, type JobContext } from '@job-manager/engine/queue/job';
import * as z from 'zod';
import { grouped, inBatches, inStep } from './batches.js';
import { describeText } from './text-features.js';
import { DocumentFrequencies, keywords } from './tf-idf.js';

const ALGORITHM_VERSION = '1.0.0';

interface Text {
  id: number;
  text: string;
}

export const contentFeaturesJob = defineJob({
  name: 'content-features',
  description: 'Describes each post: language, length, readability, TF-IDF keywords, hashtags, mentions and links.',
  examples: [
    'tsx scripts/runJobs.ts content-features',
    'tsx scripts/runJobs.ts content-features --batchSize=1000 --pauseMs=0',
    'tsx scripts/runJobs.ts content-features --keywords=12',
  ],
  algorithmVersion: ALGORITHM_VERSION,
  parameters: z.strictObject({
    keywords: z.number().int().min(0).max(50).default(8).describe('Keywords kept per post, at most'),
    batchSize: z.number().int().min(1).max(5_000).default(500).describe('Posts per batch'),
    pauseMs: z.number().int().min(0).max(60_000).default(10).describe('Pause between batches, in milliseconds'),
  }),
  defaultParams: { keywords: 8, batchSize: 500, pauseMs: 10 },
  async run(ctx, { keywords: most, batchSize, pauseMs }) {
    ctx.pipeline([
      { id: 'load', label: 'Loading posts' },
      // Reading alone is quicker than reading and writing.
      { id: 'count', label: 'Counting words', weight: 7 },
      { id: 'describe', label: 'Describing posts', weight: 12 },
    ]);
    const posts = await inStep(ctx, 'load', () => postIds(ctx));
    const frequencies = new DocumentFrequencies();
    const counting = { step: 'count', batchSize, pauseMs, done: 'Counted the words of', items: 'posts' };
    await inBatches(ctx, posts, counting, async (ids) => {
      for (const { text } of await textsOf(ctx, ids)) frequencies.add(describeText(text).terms);
    });
    ctx.log.info(`${grouped(posts.length)} posts use ${grouped(frequencies.size)} different words`);
    const counts = { postsProcessed: 0, termsKnown: frequencies.size, languages: {} as Record<string, number> };
    await inBatches(ctx, posts, { ...counting, step: 'describe', done: 'Described' }, async (ids) => {
      const rows = (await textsOf(ctx, ids)).map((post) => featuresOf(post, frequencies, most));
      for (const { language } of rows) counts.languages[language] = (counts.languages[language] ?? 0) + 1;
      counts.postsProcessed += await save(ctx, rows);
      ctx.setMetadata(counts);
    });
    return counts;
  },
});

async function postIds(ctx: JobContext): Promise<number[]> {
  const posts = await ctx.services.db.post.findMany({ select: { id: true }, orderBy: { id: 'asc' } });
  return posts.map(({ id }) => id);
}

function textsOf(ctx: JobContext, ids: number[]): Promise<Text[]> {
  return ctx.services.db.post.findMany({
    where: { id: { in: ids } },
    select: { id: true, text: true },
    orderBy: { id: 'asc' },
  });
}

function featuresOf({ id, text }: Text, frequencies: DocumentFrequencies, most: number) {
  const { terms, ...features } = describeText(text);
  const chosen = keywords(terms, frequencies, most);
  return {
    postId: id,
    ...features,
    keywords: chosen.map(({ term }) => term),
    keywordWeights: chosen.map(({ weight }) => weight),
  };
}

/** Returns how many were written: fewer than given when a post went meanwhile. */
function save(ctx: JobContext, rows: ReturnType<typeof featuresOf>[]): Promise<number> {
  return ctx.services.db.$executeRaw`
    INSERT INTO "PostFeatures" ("postId", language, "characterCount", "wordCount", readability, keywords,
      "keywordWeights", hashtags, mentions, links, "algorithmVersion", "computedAt")
    SELECT r."postId", r.language, r."characterCount", r."wordCount", r.readability, r.keywords,
      r."keywordWeights", r.hashtags, r.mentions, r.links, ${ALGORITHM_VERSION}, ${ctx.startedAt}::timestamptz
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) r("postId" int, language text, "characterCount" int,
      "wordCount" int, readability float8, keywords text[], "keywordWeights" float8[], hashtags text[],
      mentions text[], links text[])
    WHERE EXISTS (SELECT FROM "Post" p WHERE p.id = r."postId")
    ON CONFLICT ("postId") DO UPDATE SET language = EXCLUDED.language, "characterCount" = EXCLUDED."characterCount",
      "wordCount" = EXCLUDED."wordCount", readability = EXCLUDED.readability, keywords = EXCLUDED.keywords,
      "keywordWeights" = EXCLUDED."keywordWeights", hashtags = EXCLUDED.hashtags, mentions = EXCLUDED.mentions,
      links = EXCLUDED.links, "algorithmVersion" = EXCLUDED."algorithmVersion", "computedAt" = EXCLUDED."computedAt"`;
}
