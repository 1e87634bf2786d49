import { expect, it } from 'vitest';
import { fieldFault, fieldsOf, readField, withValue } from './parameter-fields';

const fields = fieldsOf({
  required: ['userId', 'batchSize'],
  properties: {
    userId: { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER },
    batchSize: { type: 'integer', default: 100 },
    mode: { enum: ['fast', 'exact'] },
    dryRun: { type: 'boolean' },
    tags: { type: 'array' },
  },
});
function named(name: string) {
  const found = fields.find((field) => field.name === name);
  if (!found) throw new Error(`No field ${name}`);
  return found;
}

it('draws what it knows, and leaves the rest to the JSON', () => {
  expect(fields.map(({ name, kind, isRequired }) => [name, kind, isRequired])).toEqual([
    ['userId', 'integer', true],
    ['batchSize', 'integer', false],
    ['mode', 'choice', false],
    ['dryRun', 'boolean', false],
    ['tags', 'json', false],
  ]);
  expect(named('userId')).toMatchObject({ minimum: 1, maximum: undefined });
});

it.each([
  ['userId', '', 'is missing'],
  ['userId', 'eight', 'must be a number'],
  ['userId', '1.5', 'must be a whole number'],
  ['userId', '0', 'must be at least 1'],
  ['userId', '8', null],
  ['mode', 'slow', 'must be one of fast, exact'],
  ['batchSize', '', null],
])('of %s, "%s": %s', (name, text, fault) => {
  expect(fieldFault(named(name), readField(named(name), text))).toBe(fault);
});

it('writes one parameter, and leaves the others where they are', () => {
  expect(JSON.parse(withValue({ a: 1, b: 2 }, 'a', 3))).toEqual({ a: 3, b: 2 });
  expect(Object.keys(JSON.parse(withValue({ a: 1, b: 2 }, 'a', 3)))).toEqual(['a', 'b']);
  expect(JSON.parse(withValue({ a: 1, b: 2 }, 'a', undefined))).toEqual({ b: 2 });
});
