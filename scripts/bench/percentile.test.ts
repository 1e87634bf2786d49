import { expect, it } from 'vitest';
import { describeSpread, percentile, spreadOf } from './percentile.js';

const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);

it('finds the sample that a share of all don’t exceed', () => {
  expect(percentile(hundred, 95)).toBe(95);
  expect(percentile(hundred, 99)).toBe(99);
  expect(percentile(hundred, 99.5)).toBe(100);
  expect(percentile(hundred, 1)).toBe(1);
});

it('takes the upper one where a share falls between two samples', () => {
  expect(percentile([10, 20, 30], 50)).toBe(20);
  expect(percentile([10, 20, 30], 34)).toBe(20);
  expect(percentile([10, 20, 30], 95)).toBe(30);
});

it('answers one sample for every share of it', () => {
  expect([1, 50, 100].map((percent) => percentile([7], percent))).toEqual([7, 7, 7]);
});

it('sorts by size, not by text, and leaves the samples in their order', () => {
  const samples = [100, 9, 20];
  expect(percentile(samples, 100)).toBe(100);
  expect(samples).toEqual([100, 9, 20]);
});

it('refuses what has no answer', () => {
  expect(() => percentile([], 50)).toThrow('Without samples');
  for (const percent of [0, -1, 101, Number.NaN]) expect(() => percentile([1], percent)).toThrow(RangeError);
});

it('formats the spread in one line', () => {
  expect(spreadOf(hundred)).toEqual({ samples: 100, p50: 50, p95: 95, p99: 99, most: 100 });
  expect(describeSpread(spreadOf(hundred))).toBe('p50 50.0, p95 95.0, p99 99.0 ms of 100');
});
