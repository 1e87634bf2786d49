import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { contentFeaturesJob } from './content-features.js';
import { runJobAlone } from './testing/job-context.js';
import { NOW, seededRandom, TestNetwork } from './testing/network.js';
import { createSampleDatabase, type SampleDatabase } from './testing/sample-database.js';

let database: SampleDatabase;
beforeAll(async () => {
  database = await createSampleDatabase();
});
afterAll(() => database.drop());

let network: TestNetwork;
let author: number;
beforeEach(async () => {
  await database.pool.query('TRUNCATE "User" CASCADE');
  network = new TestNetwork(database.db);
  author = await network.member();
});

const run = (parameters = {}, options = {}) =>
  runJobAlone(contentFeaturesJob, parameters, { db: database.db, startedAt: NOW, ...options });
const rows = () => database.db.postFeatures.findMany({ orderBy: { postId: 'asc' } });

/** Words of no language, so that neither stop words nor word forms come between the job and the oracle. */
const VOCABULARY = ['brask', 'dolvin', 'fentor', 'grupta', 'hilmok', 'jarvex', 'kolbran', 'lumtar', 'morvik'];

async function postsAtRandom(count: number): Promise<void> {
  const random = seededRandom(5);
  const text = () =>
    Array.from({ length: 1 + Math.floor(random() * 12) }, () => VOCABULARY[Math.floor(random() ** 2 * 9)]).join(' ');
  const data = Array.from({ length: count }, () => ({ authorId: author, text: text(), createdAt: NOW }));
  await database.db.post.createMany({ data });
}

/** TF-IDF by SQL alone: share of the post's words times ln((1 + posts) / (1 + posts with it)) + 1. */
async function keywordsBySql(count: number): Promise<{ postId: number; keywords: string[]; weights: number[] }[]> {
  const { rows: found } = await database.pool.query(
    `WITH words AS (SELECT id, regexp_split_to_table(text, ' ') AS word FROM "Post"),
      seen AS (SELECT word, count(DISTINCT id) AS posts FROM words GROUP BY word),
      weighed AS (
        SELECT w.id, w.word,
          count(*)::float8 / (SELECT count(*) FROM words o WHERE o.id = w.id)
          * (ln((1 + (SELECT count(*) FROM "Post"))::float8 / (1 + s.posts)) + 1) AS weight
        FROM words w JOIN seen s USING (word) GROUP BY w.id, w.word, s.posts),
      ranked AS (SELECT *, row_number() OVER (PARTITION BY id ORDER BY round(weight::numeric, 12) DESC, word) AS rank FROM weighed)
    SELECT id AS "postId", array_agg(word ORDER BY rank) AS keywords, array_agg(weight ORDER BY rank) AS weights
    FROM ranked WHERE rank <= $1 GROUP BY id ORDER BY id`,
    [count],
  );
  return found;
}

describe('content-features', () => {
  it('chooses and weighs keywords as SQL does', async () => {
    await postsAtRandom(40);
    await run({ keywords: 3, batchSize: 7 });
    const expected = await keywordsBySql(3);
    const actual = await rows();
    expect(actual.map(({ postId, keywords }) => ({ postId, keywords }))).toEqual(
      expected.map(({ postId, keywords }) => ({ postId, keywords })),
    );
    for (const [at, { weights }] of expected.entries()) {
      weights.forEach((weight, place) => {
        expect(actual[at]?.keywordWeights[place]).toBeCloseTo(weight, 10);
      });
    }
  });

  it('describes a post in full', async () => {
    const text = "The gardens of Porto: don't miss them! #Travel-Notes by @Ana.L https://example.test/p?a=1.";
    const postId = await network.post(author, text);
    await run();
    expect(await rows()).toEqual([
      {
        postId,
        language: 'en',
        characterCount: text.length,
        wordCount: 10,
        readability: expect.any(Number),
        keywords: ['gardens', 'miss', 'notes', 'porto', 'travel'],
        keywordWeights: [0.2, 0.2, 0.2, 0.2, 0.2],
        hashtags: ['travel-notes'],
        mentions: ['ana.l'],
        links: ['https://example.test/p?a=1'],
        algorithmVersion: '1.0.0',
        computedAt: NOW,
      },
    ]);
  });

  it('prefers a rare word to one that every post has', async () => {
    for (const text of ['piano tango', 'piano kiwi', 'piano velvet']) await network.post(author, text);
    await run({ keywords: 1 });
    expect((await rows()).map((row) => row.keywords[0])).toEqual(['tango', 'kiwi', 'velvet']);
  });

  it.each(['', '   ', '"quoted" \\u0041 {json}: [1]', '\u2028🎉\t', 'https://', '@', '#', 'x'.repeat(100_000)])(
    'takes any text: case %#',
    async (text) => {
      await network.post(author, text);
      await run();
      expect(await rows()).toMatchObject([{ characterCount: [...text].length, language: 'und' }]);
    },
  );

  it('gives the same rows when run twice, and with other batches', async () => {
    await postsAtRandom(12);
    await run({ batchSize: 500 });
    const first = await rows();
    await run({ batchSize: 1 });
    expect(await rows()).toEqual(first);
  });

  it('follows a post that was rewritten', async () => {
    const id = await network.post(author, 'piano');
    await run();
    await database.db.post.update({ where: { id }, data: { text: 'tango' } });
    await run();
    expect((await rows())[0]?.keywords).toEqual(['tango']);
  });

  it('stops between batches when cancelled, in either phase', async () => {
    await postsAtRandom(6);
    for (const [checks, written] of [
      [2, 0],
      [5, 2],
    ]) {
      const controller = new AbortController();
      const onCheck = (check: number) => check === checks && controller.abort();
      await expect(run({ batchSize: 2 }, { signal: controller.signal, onCheck })).rejects.toThrow(/abort/i);
      expect(await rows()).toHaveLength(written ?? 0);
    }
  });

  it('reports its counts and its progress', async () => {
    await network.post(author, 'The piano is in the garden');
    await network.post(author, 'Das Klavier ist in dem Garten');
    await network.post(author, '12345');
    const { metadata, progress } = await run({ batchSize: 2 });
    expect(metadata).toEqual({ postsProcessed: 3, termsKnown: 4, languages: { en: 1, de: 1, und: 1 } });
    const fractions = progress.map((report) => report.fraction);
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
    expect(progress.map((report) => report.message)).toContain('Counted the words of 2 of 3 posts');
    expect(progress.at(-1)).toEqual({ fraction: 1, message: 'Described 3 of 3 posts' });
  });

  it.each([{ batchSize: 0 }, { keywords: 51 }, { keywords: '8' }, { pauseMs: 0.5 }, { top: 3 }])(
    'refuses %j',
    (parameters) => {
      expect(contentFeaturesJob.parameters.safeParse(parameters).success).toBe(false);
    },
  );
});
