import { expect, it } from 'vitest';
import { isJobWithin } from './job-patterns.js';

it.each([
  ['trending', 'trending', true],
  ['trending', 'trending-now', false],
  ['media-*', 'media-metadata', true],
  ['media-*', 'media-', true],
  ['media-*', 'media', false],
  ['*-stats', 'quiz-answer-stats', true],
  ['*-stats', 'stats', false],
  ['media-*-batch', 'media-metadata-batch', true],
  ['media-*-batch', 'media-batch', false],
  ['a*a', 'a', false],
  ['a*b*a', 'aba', true],
  ['*a*b*', 'ab', true],
  ['*a*b*', 'ba', false],
  ['*', 'anything', true],
  // Nothing but `*` stands for others.
  ['m.dia', 'media', false],
])('takes %s for the job %s: %s', (pattern, name, isMatch) => {
  expect(isJobWithin(['another', pattern], name)).toBe(isMatch);
});

it('leaves every job in where nothing limits, and none where no pattern is left', () => {
  expect(isJobWithin(null, 'trending')).toBe(true);
  expect(isJobWithin([], 'trending')).toBe(false);
});
