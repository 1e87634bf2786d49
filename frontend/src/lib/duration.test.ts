import { expect, test } from 'vitest';
import { formatAgo, formatDuration, formatSince, spellDuration } from './duration';

test.each([
  [0, '0ms'],
  [127, '127ms'],
  [2_100, '2.1s'],
  [9_999, '9.9s'],
  [34_000, '34s'],
  [59_999, '59s'],
  [120_000, '2m'],
  [125_000, '2m 5s'],
  [3_600_000, '1h'],
  [3_840_000, '1h 4m'],
  [266_400_000, '3d 2h'],
  [-5, '0ms'],
])('formats %d ms as %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

test.each([
  [0, 'just now'],
  [-400, 'just now'],
  [2_000, '2s ago'],
  [185_000, '3m ago'],
  [7_200_000, '2h ago'],
  [1_036_800_000, '12d ago'],
  [-180_000, 'in 3m'],
  [-2_591_999_000, 'in 30d'],
  [-3_580_000, 'in 1h'],
])('formats %d ms ago as %s', (ms, text) => {
  expect(formatAgo(ms)).toBe(text);
});

test.each([
  [300_000, '5 minutes'],
  [60_000, '1 minute'],
  [90_000, '1 minute 30 seconds'],
  [3_600_000, '1 hour'],
  [7_260_000, '2 hours 1 minute'],
  [0, '1 second'],
])('spells a limit of %i ms as %s', (ms, expected) => {
  expect(spellDuration(ms)).toBe(expected);
});

test.each([
  [0, '+0.00'],
  [127, '+0.12'],
  [65_300, '+1:05.30'],
  [7_265_999, '+2:01:05'],
  [-1_500, '−1.50'],
])('%d ms after a start is %s', (ms, text) => {
  expect(formatSince(ms)).toBe(text);
});
