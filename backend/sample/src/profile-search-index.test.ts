import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { profileSearchIndexJob } from './profile-search-index.js';
import { runJobAlone } from './testing/job-context.js';
import { NOW, TestNetwork } from './testing/network.js';
import { createSampleDatabase, type SampleDatabase } from './testing/sample-database.js';

let database: SampleDatabase;
beforeAll(async () => {
  database = await createSampleDatabase();
});
afterAll(() => database.drop());

let network: TestNetwork;
beforeEach(async () => {
  await database.pool.query('TRUNCATE "User", "Interest" CASCADE');
  network = new TestNetwork(database.db);
});

const run = (parameters = {}, options = {}) =>
  runJobAlone(profileSearchIndexJob, parameters, { db: database.db, startedAt: NOW, ...options });

const QUERY = `(websearch_to_tsquery('simple', $1) || websearch_to_tsquery('english', $1))`;

/** Who is found, best first. */
async function search(text: string): Promise<number[]> {
  const { rows } = await database.pool.query(
    `SELECT "userId" FROM "ProfileSearchDocument" WHERE document @@ ${QUERY}
     ORDER BY ts_rank(document, ${QUERY}) DESC, "userId"`,
    [text],
  );
  return rows.map((row) => row.userId);
}

const documents = async () =>
  (await database.pool.query('SELECT "userId", document::text, "computedAt" FROM "ProfileSearchDocument" ORDER BY 1'))
    .rows;

/** Each word of a document with the weights it carries. */
async function weightedTerms(userId: number): Promise<Record<string, string[]>> {
  const { rows } = await database.pool.query(
    `SELECT lexeme, weights FROM "ProfileSearchDocument", unnest(document) WHERE "userId" = $1`,
    [userId],
  );
  return Object.fromEntries(rows.map((row) => [row.lexeme, [...new Set<string>(row.weights)].sort()]));
}

/** Lower-cased words; right for texts whose words PostgreSQL neither stems nor drops. */
const wordsOf = (text: string): string[] => text.toLowerCase().match(/\p{L}+/gu) ?? [];

describe('profile-search-index', () => {
  it('gives each word the weights of the places it stands in, as put together by hand', async () => {
    const chess = await network.interest('chess');
    const profile = { displayName: 'Anna Chess', city: 'Porto', country: 'PT', bio: 'loft porto golf anna' };
    const userId = await network.member(profile);
    await network.declare(userId, chess);
    await run();
    const expected: Record<string, string[]> = {};
    const texts = { A: profile.displayName, B: 'chess', C: 'Porto PT Portugal', D: profile.bio };
    for (const [weight, text] of Object.entries(texts)) {
      for (const word of wordsOf(text)) expected[word] = [...(expected[word] ?? []), weight];
    }
    expect(await weightedTerms(userId)).toEqual(expected);
  });

  it('ranks a name above an interest above a place above a bio', async () => {
    const lima = await network.interest('lima');
    const inBio = await network.member({ bio: 'lima' });
    const inPlace = await network.member({ city: 'Lima', country: 'PE' });
    const inInterests = await network.member();
    await network.declare(inInterests, lima);
    const inName = await network.member({ displayName: 'Lima' });
    await network.member({ displayName: 'Another Member' });
    await run({ batchSize: 2 });
    expect(await search('lima')).toEqual([inName, inInterests, inPlace, inBio]);
  });

  it('finds what a brute-force reading of the profiles finds', async () => {
    const words = ['oslo', 'piano', 'tango', 'velvet', 'kiwi'];
    const users = await network.members(12);
    for (const [at, userId] of users.entries()) {
      const bio = words.filter((_, place) => (at + place) % 3 === 0).join(' ');
      const displayName = `${words[at % 5]} Person`;
      await database.db.profile.update({ where: { userId }, data: { bio, displayName } });
    }
    await run({ batchSize: 5 });
    for (const word of words) {
      const profiles = await database.db.profile.findMany({ orderBy: { userId: 'asc' } });
      const expected = profiles.filter((p) => wordsOf(`${p.displayName} ${p.bio}`).includes(word));
      expect((await search(word)).sort((a, b) => a - b)).toEqual(expected.map((profile) => profile.userId));
    }
  });

  it('finds other forms of a word in a bio, names that are stop words, and countries by name', async () => {
    const hiker = await network.member({ bio: 'I love hiking' });
    const will = await network.member({ displayName: 'Will Hughes', city: 'Leeds', country: 'GB' });
    await run();
    expect(await search('hikes')).toEqual([hiker]);
    expect(await search('will')).toEqual([will]);
    expect(await search('hughes')).toEqual([will]);
    expect(await search('"united kingdom"')).toEqual([will]);
  });

  it('takes a profile with odd values as it is', async () => {
    const userId = await network.member({ displayName: `O'Neil "x"`, country: 'd?', bio: 'word '.repeat(300_000) });
    await run();
    expect(await search("o'neil")).toEqual([userId]);
  });

  it('is searched through its GIN index', async () => {
    const client = await database.pool.connect();
    await client.query('BEGIN; SET LOCAL enable_seqscan = off');
    const { rows } = await client.query(`EXPLAIN SELECT 1 FROM "ProfileSearchDocument" WHERE document @@ 'a'::tsquery`);
    await client.query('ROLLBACK');
    client.release();
    expect(rows.map((row) => row['QUERY PLAN']).join('\n')).toContain('ProfileSearchDocument_document_idx');
  });

  it('gives the same rows when run twice', async () => {
    await network.members(5);
    await run({ batchSize: 2 });
    const first = await documents();
    await run();
    expect(await documents()).toEqual(first);
  });

  it('follows a profile that changed and removes the document of one that went', async () => {
    const [renamed = 0, gone] = await network.members(2);
    await run();
    await database.db.profile.update({ where: { userId: renamed }, data: { displayName: 'Zelda' } });
    await database.db.profile.delete({ where: { userId: gone } });
    const { metadata } = await run();
    expect(await search('zelda')).toEqual([renamed]);
    expect(await search('robin')).toEqual([]);
    expect(metadata).toEqual({ profilesIndexed: 1, documentsRemoved: 1 });
  });

  it('indexes one profile alone on request, and refuses one that is not there', async () => {
    const [, second] = await network.members(3);
    await run({ userId: second });
    expect((await documents()).map((row) => row.userId)).toEqual([second]);
    await expect(run({ userId: 2_000_000 })).rejects.toThrow('There is no profile of a user with the id 2000000.');
  });

  it('stops between batches when cancelled', async () => {
    const users = await network.members(6);
    const controller = new AbortController();
    const onCheck = (checks: number) => checks === 3 && controller.abort();
    await expect(run({ batchSize: 2 }, { signal: controller.signal, onCheck })).rejects.toThrow(/abort/i);
    expect((await documents()).map((row) => row.userId)).toEqual(users.slice(0, 4));
  });

  it('reports its counts and its progress', async () => {
    await network.members(3);
    const { metadata, progress } = await run({ batchSize: 2 });
    expect(metadata).toEqual({ profilesIndexed: 3, documentsRemoved: 0 });
    const messages = progress.map((report) => report.message);
    expect(messages).toEqual(expect.arrayContaining(['Indexed 2 of 3 profiles', 'Indexed 3 of 3 profiles']));
    expect(messages.at(-1)).toBe('Removing documents without a profile');
  });

  it.each([{ batchSize: 0 }, { batchSize: 5_001 }, { userId: 'x' }, { language: 'english' }])(
    'refuses %j',
    (parameters) => {
      expect(profileSearchIndexJob.parameters.safeParse(parameters).success).toBe(false);
    },
  );
});
