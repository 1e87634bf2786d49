import { expect, test } from 'vitest';
import { parseJson } from './json-syntax';

test('parses JSON', () => {
  expect(parseJson('{ "userId": 8, "tags": ["a", null, true, -1.5e3] }')).toEqual({
    ok: true,
    value: { userId: 8, tags: ['a', null, true, -1500] },
  });
});

test.each([
  ['an unquoted key', '{\n  userId: 8\n}', 2, 3],
  ['a trailing comma in an object', '{\n  "a": 1,\n}', 3, 1],
  ['a trailing comma in a list', '[1, 2, ]', 1, 8],
  ['a missing comma', '{\n  "a": 1\n  "b": 2\n}', 3, 3],
  ['a missing colon', '{"a" 1}', 1, 6],
  ['single quotes', "{'a': 1}", 1, 2],
  ['an end that is missing', '{\n  "a": [1, 2', 2, 13],
  ['a string that never ends', '{"a": "x', 1, 7],
  ['a bad escape', '{"a": "\\x"}', 1, 7],
  ['a line break in a string', '{"a": "x\ny"}', 1, 7],
  ['something after the value', '{} x', 1, 4],
  ['a number with a leading zero', '[012]', 1, 2],
  ['a word', 'undefined', 1, 1],
  ['the wrong bracket', '[1}', 1, 3],
  ['nothing', '', 1, 1],
])('finds %s', (_what, text, line, column) => {
  expect(parseJson(text)).toEqual({ ok: false, line, column });
});
