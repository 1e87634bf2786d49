import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { checkForeignInput, checkInput, describeIssues } from './check-input.js';

const message = (schema: z.ZodType, value: unknown): string => {
  const checked = checkInput(schema, value, 'parameter of this job');
  return checked.success ? '' : describeIssues(checked.issues);
};
const field = (schema: z.ZodType, value: unknown) => message(z.strictObject({ field: schema }), { field: value });

describe('what is wrong', () => {
  it.each<[z.ZodType, unknown, string]>([
    [z.number(), undefined, 'is missing'],
    [z.enum(['a', 'b']), undefined, 'is missing'],
    [z.union([z.string(), z.number()]), undefined, 'is missing'],
    [z.number(), '5', 'must be a number, not a text'],
    [z.number(), Number.POSITIVE_INFINITY, 'must be a number, not Infinity'],
    [z.coerce.number(), 'x', 'must be a number'],
    [z.int(), 1.5, 'must be a whole number, not 1.5'],
    [z.int(), 2 ** 60, 'must be at most 9007199254740991'],
    [z.boolean(), null, 'must be true or false, not null'],
    [z.array(z.string()), {}, 'must be a list, not an object'],
    [z.record(z.string(), z.unknown()), [], 'must be an object, not a list'],
    [z.null(), 1, 'must be null, not a number'],
    [z.never(), 1, 'must be left out, not a number'],
    [z.number().min(1), 0, 'must be at least 1'],
    [z.number().positive(), 0, 'must be more than 0'],
    [z.number().max(9), 10, 'must be at most 9'],
    [z.int().max(9), 2 ** 60, 'must be at most 9'],
    [z.number().lt(9), 10, 'must be less than 9'],
    [z.bigint().max(9n), 10n, 'must be at most 9'],
    [z.date().min(new Date(0)), new Date(-1), 'must be at least 1970-01-01T00:00:00.000Z'],
    [z.string().min(1), '', 'must not be empty'],
    [z.string().min(3), 'a', 'must have at least 3 characters, and has 1'],
    [z.string().max(3), 'abcd', 'must have at most 3 characters, and has 4'],
    [z.string().length(3), 'abcd', 'must have exactly 3 characters, and has 4'],
    [z.array(z.string()).min(1), [], 'must not be empty'],
    [z.array(z.string()).max(1), ['a', 'b'], 'must have at most 1 entry, and has 2'],
    [z.number().multipleOf(5), 3, 'must be a multiple of 5'],
    [z.literal('yes'), 'no', 'must be "yes"'],
    [z.enum(['a', 'b']), 'c', 'must be one of a, b'],
    [z.enum(Array.from({ length: 20 }, (_, n) => `v${n}`)), 'c', 'v13, v14 and 5 more'],
    [z.email(), 'x', 'must be an e-mail address'],
    [z.uuid(), 'x', 'must be a UUID'],
    [z.iso.datetime(), 'x', 'must be a time such as 2026-12-24T18:00:00Z'],
    [z.jwt(), 'x', 'must be a valid jwt'],
    [z.string().startsWith('a'), 'x', 'must begin with "a"'],
    [z.string().endsWith('a'), 'x', 'must end with "a"'],
    [z.string().includes('a'), 'x', 'must contain "a"'],
    [z.string().regex(/^a+$/), 'x', 'must match /^a+$/'],
    [z.string().refine(() => false), 'x', 'is not valid'],
    [z.string().refine(() => false, 'says no'), 'x', 'says no'],
    [z.union([z.string(), z.literal(5), z.null()]), [], 'must be a text or 5 or null'],
    [z.union([z.string(), z.object({ a: z.number() })]), { a: 'x' }, 'a must be a number, not a text'],
    [z.union([z.string().min(9), z.number()]), 'x', 'must have at least 9 characters, and has 1'],
    [
      z.discriminatedUnion('type', [z.object({ type: z.literal('a') }), z.object({ type: z.literal('b') })]),
      { type: 'c' },
      'field.type: must be one of a, b',
    ],
    [z.record(z.string().max(1), z.number()), { ab: 1 }, 'has a key that must have at most 1 character, and has 2'],
    [z.map(z.string(), z.number()), new Map([['a', 'b']]), 'must be a number, not a text'],
    [z.set(z.number()), new Set(['a']), 'must be a number, not a text'],
    [z.symbol(), 'x', 'must be a symbol, not a text'],
    [z.instanceof(Map), 'x', 'must be a Map, not a text'],
  ])('is described in plain words (%#)', (schema, value, message) => {
    const text = field(schema, value);
    expect(text).toContain(message);
    expect(text).toMatch(/^field/);
    expect(text).not.toMatch(/Invalid|expected|received|Too (small|big)|Unrecognized/);
  });

  it('is an unknown field, each by itself, with the nearest one', () => {
    const schema = z.strictObject({ batchSize: z.number(), inner: z.strictObject({ key: z.string() }).optional() });
    expect(message(schema, { batchSize: 1, batchsize: 2, zzz: 3, inner: { key: 'a', kei: 1 } })).toBe(
      [
        'inner.kei: is no field of inner; did you mean key?',
        'batchsize: is no parameter of this job; did you mean batchSize?',
        'zzz: is no parameter of this job; there are batchSize, inner',
      ].join('; '),
    );
    expect(message(z.strictObject({}), { a: 1 })).toBe('a: is no parameter of this job');
  });

  it('is missing as a whole', () => {
    expect(message(z.object({}), undefined)).toBe('must be an object');
  });
});

describe('a schema of another library', () => {
  it('that throws has found something wrong', () => {
    const schema = z.object({ json: z.string().transform((text) => JSON.parse(text)) });
    expect(checkForeignInput(schema, { json: '{bad' }, 'parameter')).toMatchObject({
      success: false,
      issues: [{ path: '', message: expect.stringContaining('could not be read by the schema') }],
    });
  });

  it('that waits is waited for, and may fail then', async () => {
    const isEven = async (n: number) => {
      if (n > 9) throw new Error('too much for me');
      return n % 2 === 0;
    };
    const schema = z.object({ n: z.number().refine(isEven, 'must be even') });
    const check = (n: number) => checkForeignInput(schema, { n }, 'parameter');
    expect(check(2)).toBeInstanceOf(Promise);
    expect(await check(2)).toEqual({ success: true, data: { n: 2 } });
    expect(await check(3)).toEqual({ success: false, issues: [{ path: 'n', message: 'must be even' }] });
    expect(await check(10)).toMatchObject({
      success: false,
      issues: [{ message: expect.stringContaining('too much for me') }],
    });
    expect(checkForeignInput(z.object({}), {}, 'parameter')).toEqual({ success: true, data: {} });
  });
});
