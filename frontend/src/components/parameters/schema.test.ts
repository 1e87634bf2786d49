import { expect, it } from 'vitest';
import { findOffsets } from './json-offsets';
import { atFields, pathsOf, problemsOf } from './problems';
import { fieldsOf, type ParameterField } from './schema';
import { isSame, readScalar, withValue } from './values';

const fields = fieldsOf({
  required: ['userId', 'batchSize', 'window'],
  properties: {
    userId: { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER },
    batchSize: { type: 'integer', default: 100 },
    share: { type: 'number', exclusiveMinimum: 0, maximum: 0.5 },
    mode: { enum: ['fast', 'exact'] },
    level: {
      anyOf: [
        { type: 'number', const: 1 },
        { type: 'number', const: 2 },
      ],
    },
    dryRun: { type: 'boolean' },
    isPublic: { anyOf: [{ type: 'boolean' }, { type: 'null' }] },
    note: { anyOf: [{ type: 'string', minLength: 3 }, { type: 'null' }], description: 'For people' },
    tags: { type: 'array', items: { type: 'string' }, maxItems: 2 },
    ids: { type: ['array', 'null'], items: { type: 'integer' } },
    day: { type: 'string', format: 'date' },
    at: { type: 'string', format: 'date-time' },
    window: {
      type: 'object',
      required: ['from'],
      properties: {
        from: { type: 'string', format: 'date' },
        more: { type: 'object', properties: { deep: { type: 'object', properties: { x: { type: 'string' } } } } },
      },
    },
    pairs: { type: 'array', items: { type: 'array' } },
    byName: { type: 'object', additionalProperties: { type: 'number' } },
    either: { anyOf: [{ type: 'string' }, { type: 'number' }] },
  },
});

function flat(listed: readonly ParameterField[]): ParameterField[] {
  return listed.flatMap((field) => [field, ...(field.kind === 'group' ? flat(field.fields) : [])]);
}
function named(path: string): ParameterField {
  const found = flat(fields).find((field) => field.path.join('.') === path);
  if (!found) throw new Error(`No field ${path}`);
  return found;
}

it('draws known types, two objects deep, and leaves the rest to the JSON', () => {
  expect(flat(fields).map(({ path, kind }) => `${path.join('.')} ${kind}`)).toEqual([
    'userId integer',
    'batchSize integer',
    'share number',
    'mode choice',
    'level choice',
    'dryRun boolean',
    'isPublic choice',
    'note text',
    'tags list',
    'ids list',
    'day date',
    'at time',
    'window group',
    'window.from date',
    'window.more group',
    'window.more.deep json',
    'pairs json',
    'byName json',
    'either json',
  ]);
  expect(
    flat(fields)
      .filter(({ isNullable }) => isNullable)
      .map(({ name }) => name),
  ).toEqual(['isPublic', 'note', 'ids']);
  expect(
    flat(fields)
      .filter(({ isRequired }) => isRequired)
      .map(({ name }) => name),
  ).toEqual(['userId', 'window', 'from']);
  expect(named('userId')).toMatchObject({ min: { value: 1, isExclusive: false }, max: undefined });
  expect(named('note').description).toBe('For people');
});

const right = { userId: 8, window: { from: '2026-12-24' } };

it.each<[Record<string, unknown>, string | null]>([
  [{}, null],
  [{ userId: undefined }, 'userId is missing'],
  [{ userId: 'eight' }, 'userId must be a number'],
  [{ userId: '9007199254740993' }, 'userId too large to be kept exactly; send it as text'],
  [{ userId: 1.5 }, 'userId must be a whole number'],
  [{ userId: 0 }, 'userId must be at least 1'],
  [{ userId: null }, 'userId must be a number'],
  [{ share: 0 }, 'share must be more than 0'],
  [{ share: 0.51 }, 'share must be at most 0.5'],
  [{ mode: 'slow' }, 'mode must be one of fast, exact'],
  [{ level: '1' }, 'level must be one of 1, 2'],
  [{ dryRun: 'no' }, 'dryRun must be true or false'],
  [{ isPublic: null, note: null, ids: null }, null],
  [{ note: 'ab' }, 'note must have at least 3 characters'],
  [{ tags: [] }, null],
  [{ tags: ['a', 'b', 'c'] }, 'tags must have at most 2 entries'],
  [{ ids: [1, 'two'] }, 'ids entry 2: must be a number'],
  [{ ids: 'none' }, 'ids must be a list'],
  [{ day: '2026-02-30' }, 'day must be a date such as 2026-12-24'],
  [{ at: '2026-12-24 18:00' }, 'at must be a time such as 2026-12-24T18:00:00Z'],
  [{ at: '2026-12-24T18:00:00Z' }, null],
  [{ window: undefined }, 'window.from is missing'],
  [{ window: [] }, 'window must be an object'],
  [{ window: { from: '24.12.2026' } }, 'window.from must be a date such as 2026-12-24'],
  [{ pairs: 'anything' }, null],
])('%j: %s', (part, problem) => {
  const found = problemsOf(fields, JSON.parse(JSON.stringify({ ...right, ...part })));
  const shown = Object.entries(atFields(found, pathsOf(fields))).map((one) => one.join(' '));
  expect(shown).toEqual(problem === null ? [] : [problem]);
});

it.each([
  ['integer', '8', 8],
  ['integer', ' 1e3 ', 1_000],
  ['integer', '0x10', '0x10'],
  ['integer', '9007199254740993', '9007199254740993'],
  ['number', '1.', '1.'],
  ['number', '-0.5', -0.5],
  ['text', ' 8 ', ' 8 '],
  ['text', '', undefined],
  ['date', ' 2026-12-24 ', '2026-12-24'],
  ['time', '2026-12-24 18:00', new Date(2026, 11, 24, 18).toISOString()],
  ['time', '2026-12-24T18:00:00+01:00', '2026-12-24T18:00:00+01:00'],
  ['time', 'soon', 'soon'],
] as const)('reads as %s: %j', (kind, text, value) => {
  expect(readScalar({ kind }, text)).toBe(value);
});

it('writes one parameter, and leaves the others where they are', () => {
  expect(Object.entries(withValue({ a: 1, b: 2 }, ['a'], 3))).toEqual([
    ['a', 3],
    ['b', 2],
  ]);
  expect(withValue({ a: 1, b: 2 }, ['a'], undefined)).toEqual({ b: 2 });
  expect(withValue({ a: null }, ['a', 'b', 'c'], [])).toEqual({ a: { b: { c: [] } } });
  expect(Object.keys(withValue({}, ['__proto__'], 1))).toEqual(['__proto__']);
});

it('compares JSON values, whatever the order of their keys', () => {
  expect(isSame({ a: [1, { b: null }], c: 2 }, { c: 2, a: [1, { b: null }] })).toBe(true);
  expect(isSame({ a: [] }, { a: {} })).toBe(false);
  expect(isSame({ a: null }, {})).toBe(false);
});

it.each([
  [['a', 'b'], '{"x": 1}'],
  [['a'], '{"c": "}, \\"b\\": 0", "b": {"x": 1}}'],
  [['list', '1'], '[2, 3]'],
  [['list'], '[1, [2, 3]]'],
  [['last'], 'null'],
])('finds %j in the text', (path, value) => {
  const text = `{ "a": {"c": "}, \\"b\\": 0", "b": {"x": 1}}, "list": [1, [2, 3]],\n"last": null }`;
  const range = findOffsets(text, path);
  expect(range && text.slice(range.start, range.end)).toBe(value);
  expect(findOffsets(text, ['b'])).toBeNull();
});
