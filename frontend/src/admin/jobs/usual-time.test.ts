import { expect, test } from 'vitest';
import { compareUse, compareWithUsual, describeUsual } from './usual-time';

const usual = { p50: 1_000, p95: 2_000, runs: 240 };

test.each([
  [11_000, true, '11 × slower than usual'],
  [1_500, true, '1.5 × slower than usual'],
  [1_400, true, 'As long as usual'],
  [250, true, '4.0 × faster than usual'],
  [250, false, 'Not longer than usual'],
  [3_000, false, '3.0 × longer than usual'],
])('%d ms, over: %s: %s', (took, isOver, text) => {
  expect(compareWithUsual(took, usual, isOver)).toBe(text);
});

test('makes nothing of a few runs', () => {
  expect(compareWithUsual(11_000, { ...usual, runs: 4 }, true)).toBeNull();
  expect(describeUsual(usual)).toBe('of 240 earlier runs half took up to 1s, 95 % up to 2s');
});

test.each([
  [3_000, '3.0 × more than usual'],
  [1_100, 'As much as usual'],
  [100, '10 × less than usual'],
])('compares what a run used with what earlier ones did: %i', (used, words) => {
  expect(compareUse(used, usual)).toBe(words);
  expect(compareUse(used, { ...usual, runs: 4 })).toBeNull();
});
