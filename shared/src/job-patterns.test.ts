import { expect, it } from 'vitest';
import { isJobWithin, JOB_PATTERN, keyOfJobPatterns } from './job-patterns.js';

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
  ['mail.*', 'mail.welcome', true],
  ['mail.*', 'mail-welcome', false],
  ['*:close_*', 'billing:close_month', true],
  ['Send*', 'sendInvoice', false],
  // Nothing but `*` stands for others.
  ['m.dia', 'media', false],
])('takes %s for the job %s: %s', (pattern, name, isMatch) => {
  expect(isJobWithin(['another', pattern], name)).toBe(isMatch);
});

it('leaves every job in where nothing limits, and none where no pattern is left', () => {
  expect(isJobWithin(null, 'trending')).toBe(true);
  expect(isJobWithin([], 'trending')).toBe(false);
});

it('has one key for each set of jobs, and for all jobs one that no set has', () => {
  expect(keyOfJobPatterns(['b', 'a'])).toBe(keyOfJobPatterns(['a', 'b']));
  const sets = [null, [], ['a'], ['a', 'b'], ['a*']];
  expect(new Set(sets.map(keyOfJobPatterns)).size).toBe(sets.length);
});

it.each(['sendInvoice', 'mail.*', 'billing:monthly_*', '*'])('%s may be written', (pattern) => {
  expect(pattern).toMatch(JOB_PATTERN);
});

it.each(['', 'a b', 'a,b', 'mail/welcome', 'a'.repeat(101)])('"%s" may not be written', (pattern) => {
  expect(pattern).not.toMatch(JOB_PATTERN);
});
