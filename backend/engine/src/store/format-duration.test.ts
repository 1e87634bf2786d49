import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../testing/database.js';
import { formatDuration, formatDurationSql } from './format-duration.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

it.each<[number, string]>([
  [0, '0 ms'],
  [999, '999 ms'],
  [2_500, '2.5 s'],
  [60_000, '60 s'],
  [119_999, '120 s'],
  [120_000, '2 min'],
  [754_321, '12.6 min'],
  [1_800_000, '30 min'],
  [7_200_000, '2 h'],
  [86_400_000, '24 h'],
])('%d ms are formatted as %s, here and in SQL', async (ms, text) => {
  const { rows } = await database.pool.query(`SELECT ${formatDurationSql('$1::float8')} AS text`, [ms]);
  expect([formatDuration(ms), rows[0].text]).toEqual([text, text]);
});
