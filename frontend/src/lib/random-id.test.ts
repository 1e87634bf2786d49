import { expect, test } from 'vitest';
import { randomId } from './random-id';

const UUID = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;

test('makes a UUID', () => {
  expect(randomId()).toMatch(UUID);
});

test('makes a UUID on plain-http pages, where randomUUID is missing', () => {
  const insecure = { getRandomValues: crypto.getRandomValues.bind(crypto) };
  const ids = Array.from({ length: 50 }, () => randomId(insecure));
  expect(new Set(ids).size).toBe(50);
  for (const id of ids) expect(id).toMatch(UUID);
});
