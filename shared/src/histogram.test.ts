import { expect, it } from 'vitest';
import { bucketBounds, bucketOf, emptyBuckets, percentileOf } from './histogram.js';

const histogramOf = (values: number[]) => {
  const buckets = emptyBuckets();
  for (const value of values) buckets[bucketOf(value)] = (buckets[bucketOf(value)] ?? 0) + 1;
  return { buckets, max: Math.max(...values) };
};

it('puts each value into the bucket that reaches just as far', () => {
  for (let value = 0.3; value < 6e7; value *= 1.01) {
    const bucket = bucketOf(value);
    expect(value).toBeLessThanOrEqual((bucketBounds[bucket] ?? 0) * 1.000_001);
    if (bucket > 0) expect(value).toBeGreaterThan((bucketBounds[bucket - 1] ?? 0) * 0.999_999);
  }
  expect(bucketBounds.map(bucketOf)).toEqual(bucketBounds.map((_, index) => index));
  expect(bucketOf(Number.NaN)).toBe(0);
  expect(bucketOf(1e15)).toBe(63);
});

it('finds percentiles of spread values within 15 %, and never one above the largest value', () => {
  // As durations are spread: a long tail on one side.
  const values = Array.from({ length: 5_000 }, (_, n) => Math.exp(3 + 4 * ((n * 0.618_033_988_7) % 1)));
  const sorted = values.toSorted((a, b) => a - b);
  const { buckets, max } = histogramOf(values);
  for (const part of [0.5, 0.95, 0.99]) {
    const exact = sorted[Math.ceil(part * values.length) - 1] ?? 0;
    expect(Math.abs((percentileOf(buckets, part, max) ?? 0) / exact - 1)).toBeLessThan(0.15);
  }
  expect(percentileOf(histogramOf([100, 100, 101]).buckets, 0.99, 101)).toBeLessThanOrEqual(101);
  expect(percentileOf(emptyBuckets(), 0.5, 0)).toBeNull();
});
