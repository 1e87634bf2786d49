import { expect, it } from 'vitest';
import { nearest } from './nearest.js';

const names = ['match-scores', 'media-metadata', 'media-metadata-batch', 'trending', 'affinity'];

it.each([
  ['match-score', 'match-scores'],
  ['match_scores', 'match-scores'],
  ['MatchScores', 'match-scores'],
  ['trendign', 'trending'],
  ['afinity', 'affinity'],
  ['media-metadat', 'media-metadata'],
  ['matc', 'match-scores'],
])('finds the name meant by %s', (mistyped, meant) => {
  expect(nearest(mistyped, names)).toBe(meant);
});

it.each([
  ['concurency', 'concurrency'],
  ['timezone', 'timeZone'],
  ['delay', 'delayMs'],
  ['backoffFactor', 'factor'],
  ['uniqueKey', 'unique'],
])('finds the field meant by %s', (mistyped, meant) => {
  expect(nearest(mistyped, ['concurrency', 'timeZone', 'delayMs', 'factor', 'unique', 'key'])).toBe(meant);
});

it.each(['', '--', 'x', 'completely-different', 'zzzzzzzz'])('suggests nothing for %j', (mistyped) => {
  expect(nearest(mistyped, names)).toBeUndefined();
});

it('suggests nothing when there is nothing', () => {
  expect(nearest('match', [])).toBeUndefined();
});
