import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../testing/database.js';
import { arrayLiteral } from './array-literal.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const read = async (type: string, values: Parameters<typeof arrayLiteral>[0]): Promise<unknown> =>
  (await database.pool.query(`SELECT $1::${type}[] AS read`, [arrayLiteral(values)])).rows[0].read;

it('is read by PostgreSQL as the texts it was made of, whatever is in them', async () => {
  const piece = fc.constantFrom('"', '\\', '{', '}', ',', "'", ' ', '\n', '\t', 'NULL', 'null', 'a', 'é', '𝄞');
  // NUL is nothing that PostgreSQL could keep.
  const any = fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\u0000', ''));
  const text = fc.oneof(
    any,
    fc.array(piece, { maxLength: 5 }).map((parts) => parts.join('')),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(fc.option(text)), async (texts) => {
      // Nothing but nulls comes out empty, as documented.
      expect(await read('text', ['first', ...texts])).toEqual(['first', ...texts]);
    }),
    { numRuns: 200 },
  );
});

it('takes numbers and truth values, and nulls among them', async () => {
  expect(await read('int', [1, null, -2])).toEqual([1, null, -2]);
  expect(await read('boolean', [true, undefined, false])).toEqual([true, null, false]);
  expect(await read('int', [null, null])).toEqual([]);
});
