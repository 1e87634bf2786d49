import { expect, it } from 'vitest';
import { Random } from './random.js';
import { Weighted } from './weighted.js';

const draw = (random: Random, count: number) => Array.from({ length: count }, () => random.fraction());

it('repeats its numbers for the same seed and stream', () => {
  expect(draw(new Random(7, 'people'), 50)).toEqual(draw(new Random(7, 'people'), 50));
});

it('gives every seed and every stream numbers of its own', () => {
  const first = draw(new Random(7, 'people'), 50);
  expect(draw(new Random(8, 'people'), 50)).not.toEqual(first);
  expect(draw(new Random(7, 'posts'), 50)).not.toEqual(first);
});

it('spreads fractions evenly over [0, 1)', () => {
  const buckets = new Array(10).fill(0);
  for (const fraction of draw(new Random(1, 'even'), 20_000)) buckets[Math.floor(fraction * 10)]++;
  for (const bucket of buckets) expect(Math.abs(bucket - 2_000)).toBeLessThan(200);
});

it('keeps whole numbers within both bounds and reaches them', () => {
  const random = new Random(1, 'int');
  const seen = new Set(Array.from({ length: 200 }, () => random.int(3, 6)));
  expect([...seen].sort()).toEqual([3, 4, 5, 6]);
});

it('centres normal numbers on the mean with the given deviation', () => {
  const random = new Random(1, 'normal');
  const values = Array.from({ length: 20_000 }, () => random.normal(10, 2));
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  expect(mean).toBeCloseTo(10, 1);
  expect(Math.sqrt(variance)).toBeCloseTo(2, 1);
});

it('samples without repeating an item, at most all of them', () => {
  const random = new Random(1, 'sample');
  expect(new Set(random.sample([1, 2, 3, 4, 5], 4)).size).toBe(4);
  expect(random.sample([1, 2, 3], 9).sort()).toEqual([1, 2, 3]);
});

it('picks weighted items as often as their weights demand, and never one without weight', () => {
  const random = new Random(1, 'weights');
  const weighted = new Weighted(['rare', 'never', 'common'], (_, index) => [1, 0, 3][index] ?? 0);
  const picks = Array.from({ length: 8_000 }, () => weighted.pick(random));
  expect(picks).not.toContain('never');
  expect(picks.filter((item) => item === 'common').length / picks.length).toBeCloseTo(0.75, 1);
});

it('refuses to pick from nothing', () => {
  const random = new Random(1, 'empty');
  expect(() => random.pick([])).toThrow('Nothing to pick from');
  expect(() => new Weighted(['a'], () => 0).pick(random)).toThrow('Nothing to pick from');
});
