import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { A_PARAMETER, type CheckedInput, checkForeignInput, type InputIssue } from './check-input.js';
import { describeParameters, readParametersSchema } from './parameters-schema.js';

/** The problems that the code reports, and those that its JSON Schema reports after it was stored in a database. */
function both(shape: z.ZodRawShape, parameters: unknown): { code: InputIssue[]; schema: InputIssue[] } {
  const parametersSchema = z.strictObject(shape);
  const checked = checkForeignInput(parametersSchema, parameters, A_PARAMETER) as CheckedInput<unknown>;
  const check = readParametersSchema(JSON.parse(JSON.stringify(describeParameters(parametersSchema))));
  if (check === null) throw new Error('The schema could not be read');
  return { code: checked.success ? [] : checked.issues, schema: check(parameters) };
}

const tag = z.enum(['red', 'green']);
const shape = {
  userId: z.number().int().positive(),
  ratio: z.number().gt(0).lte(1).optional(),
  step: z.number().multipleOf(5).optional(),
  name: z.string().min(2).max(5).optional(),
  code: z
    .string()
    .regex(/^[a-z]+$/)
    .optional(),
  email: z.email().optional(),
  both: z
    .email()
    .regex(/@example\.com$/)
    .optional(),
  at: z.iso.datetime().optional(),
  day: z.iso.date().optional(),
  id: z.uuid().optional(),
  url: z.url().optional(),
  tag: tag.optional(),
  kind: z.literal('fixed').optional(),
  isDry: z.boolean().default(false),
  tags: z.array(tag).min(1).max(2).optional(),
  place: z.object({ city: z.string(), zip: z.string().nullable() }).optional(),
  scores: z.record(z.string(), z.number()).optional(),
  either: z.union([z.string(), z.number()]).optional(),
};

describe('the JSON Schema of parameters accepts what the code accepts', () => {
  it.each<[string, Record<string, unknown>]>([
    ['a missing one', {}],
    ['one of the wrong type', { userId: 'x' }],
    ['null', { userId: null }],
    ['a fraction', { userId: 1.5 }],
    ['one that is too small', { userId: 0 }],
    ['one at an excluded bound', { userId: 1, ratio: 0 }],
    ['one that is too large', { userId: 1, ratio: 2 }],
    ['no multiple', { userId: 1, step: 7 }],
    ['a short text', { userId: 1, name: 'a' }],
    ['a long text', { userId: 1, name: 'abcdef' }],
    ['a text of another pattern', { userId: 1, code: 'ABC' }],
    ['no e-mail address', { userId: 1, email: 'ada' }],
    ['an e-mail address of another pattern', { userId: 1, both: 'ada@example.org' }],
    ['no time', { userId: 1, at: 'soon' }],
    ['a time with an offset', { userId: 1, at: '2026-12-24T18:00:00+01:00' }],
    ['no date', { userId: 1, day: '2026-13-01' }],
    ['no UUID', { userId: 1, id: '7' }],
    ['no URL', { userId: 1, url: 'here' }],
    ['none of a list', { userId: 1, tag: 'blue' }],
    ['another than the only one', { userId: 1, kind: 'other' }],
    ['a text for a switch', { userId: 1, isDry: 'yes' }],
    ['an empty list', { userId: 1, tags: [] }],
    ['a long list', { userId: 1, tags: ['red', 'red', 'green'] }],
    ['a wrong entry', { userId: 1, tags: ['blue'] }],
    ['a field that is missing', { userId: 1, place: { zip: null } }],
    ['a wrong value of a record', { userId: 1, scores: { a: 'x' } }],
    ['neither', { userId: 1, either: true }],
    ['an unknown one', { userId: 1, taggs: [] }],
    ['several', { userId: 'x', name: 5, unknown: 1 }],
  ])('against %s', (_name, parameters) => {
    const { code, schema } = both(shape, parameters);
    expect(code.length).toBeGreaterThan(0);
    expect(schema).toEqual(code);
  });

  it('against nothing that fits', () => {
    const parameters = {
      ...{ userId: 7, ratio: 1, step: 10, name: 'ada', code: 'abc', email: 'ada@example.com', both: 'a@example.com' },
      ...{ at: '2026-12-24T18:00:00Z', day: '2026-12-24', id: '5e1b1c5e-5f0e-4c39-a3a4-3b0c4f0f7a11' },
      ...{ url: 'https://example.com/a', tag: 'red', kind: 'fixed', isDry: true, tags: ['red'], either: 5 },
      ...{ place: { city: 'Oslo', zip: null, more: true }, scores: { a: 1 } },
    };
    expect(both(shape, parameters)).toEqual({ code: [], schema: [] });
    expect(both(shape, { userId: 7 })).toEqual({ code: [], schema: [] });
  });
});

describe('the JSON Schema of parameters refuses nothing that the code takes', () => {
  const tree = z.object({
    name: z.string(),
    get children() {
      return z.array(tree);
    },
  });
  it.each<[string, z.ZodType, unknown]>([
    ['a text for a number', z.coerce.number(), '5'],
    ['what is made of another value before', z.preprocess((value) => Number(value), z.number()), '5'],
    ['nothing, where one is made', z.preprocess((value) => value ?? 1, z.number()), undefined],
    ['a wrong value, where another is taken', z.number().catch(3), 'x'],
    ['a text that is trimmed first', z.string().trim().max(3), '  abc  '],
    ['a text of a pattern with flags', z.string().regex(/^abc$/i), 'ABC'],
    ['an emoji', z.emoji(), '🎉'],
    ['a time with an offset', z.iso.datetime({ offset: true }), '2026-12-24T18:00:00+01:00'],
    ['a time without seconds', z.iso.datetime({ precision: -1 }), '2026-12-24T18:00Z'],
    ['a time of day', z.iso.time(), '18:00:00'],
    ['an address beyond ASCII', z.email({ pattern: z.regexes.unicodeEmail }), 'ädä@example.com'],
    ['a text that becomes a date', z.string().transform((text) => new Date(text)), '2026-12-24'],
    ['a text for a date', z.coerce.date(), '2026-12-24T18:00:00Z'],
    ['a text for true', z.stringbool(), 'yes'],
    ['a record of numbers', z.record(z.coerce.number(), z.string()), { '5': 'a' }],
    ['a record of some names', z.partialRecord(z.enum(['a', 'b']), z.number()), { a: 1 }],
    [
      'one of two forms',
      z.discriminatedUnion('kind', [
        z.object({ kind: z.literal('a'), n: z.number() }),
        z.object({ kind: z.literal('b') }),
      ]),
      { kind: 'b' },
    ],
    ['two in one', z.intersection(z.object({ a: z.string() }), z.object({ b: z.number() })), { a: 'x', b: 1 }],
    ['a list of fixed length', z.tuple([z.string(), z.number()]).rest(z.boolean()), ['a', 1, true]],
    ['a tree', tree, { name: 'a', children: [{ name: 'b', children: [] }] }],
    ['a named schema', z.string().meta({ id: 'named' }), 'x'],
    ['a template', z.templateLiteral(['v', z.number()]), 'v5'],
    ['null', z.string().nullish(), null],
    ['whatever', z.unknown(), { deep: [null] }],
  ])('%s', (_name, schema, value) => {
    const parameters = value === undefined ? {} : { it: value };
    // Twice, for what is named must not be named once.
    for (let round = 0; round < 2; round++) expect(both({ it: schema }, parameters)).toEqual({ code: [], schema: [] });
  });

  it('leaves what it can not express to the code', () => {
    const even = z.number().refine((n) => n % 2 === 0, 'must be even');
    const { code, schema } = both({ it: even }, { it: 3 });
    expect(code).toEqual([{ path: 'it', message: 'must be even' }]);
    expect(schema).toEqual([]);
  });
});

it('is no check where it can not be read', () => {
  for (const json of [
    undefined,
    null,
    'x',
    { type: 'object', properties: { a: { type: 'other' } } },
    { type: 'string', pattern: '(' },
  ])
    expect(readParametersSchema(json)).toBeNull();
});

it('leaves out defaults that may differ from process to process', () => {
  const schema = z.object({ at: z.number().default(() => Math.random()) });
  expect(JSON.stringify(describeParameters(schema))).toContain('default');
  expect(describeParameters(schema, { withDefaults: false })).toEqual(
    describeParameters(schema, { withDefaults: false }),
  );
});
