import { afterAll, beforeAll, expect, it } from 'vitest';
import { HASHTAG_PATTERN, hashtagsOf } from './hashtags.js';
import { createSampleDatabase, type SampleDatabase } from './testing/sample-database.js';

let database: SampleDatabase;
beforeAll(async () => {
  database = await createSampleDatabase();
});
afterAll(() => database.drop());

const texts: [string, string[]][] = [
  ['No tags here', []],
  ['#Hiking at dawn, #coffee after. #hiking again', ['hiking', 'coffee']],
  ['Tonight (#board-games) and #film_noir!', ['board-games', 'film_noir']],
  ['see https://example.test/page#part and a#b', []],
  ['#über #日本。 #café… #a- #-b ##', ['über', '日本', 'café', 'a']],
  ['#one\n#two\t#three,#four', ['one', 'two', 'three']],
];

it.each(texts)('finds the hashtags of %j', (text, tags) => {
  expect(hashtagsOf(text)).toEqual(tags);
});

it.each(texts)('finds the same in PostgreSQL for %j', async (text, tags) => {
  const { rows } = await database.pool.query(
    `SELECT DISTINCT lower(found[1]) AS tag FROM regexp_matches($1, '${HASHTAG_PATTERN}', 'g') found`,
    [text],
  );
  expect(rows.map((row) => row.tag).sort()).toEqual([...tags].sort());
});
