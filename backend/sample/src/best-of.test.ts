import { expect, it } from 'vitest';
import { BestOf } from './best-of.js';
import { seededRandom } from './testing/network.js';

const ascending = (a: number, b: number) => a - b;

it.each([1, 3, 10, 99, 100, 101, 500])('keeps the best %i of a hundred', (limit) => {
  const random = seededRandom(limit);
  const numbers = Array.from({ length: 100 }, random);
  const best = new BestOf(limit, ascending);
  for (const number of numbers) best.offer(number);
  expect(best.ranked()).toEqual([...numbers].sort(ascending).slice(0, limit));
});

it('takes further offers after it was read', () => {
  const best = new BestOf(2, ascending);
  for (const number of [5, 3, 4]) best.offer(number);
  expect(best.ranked()).toEqual([3, 4]);
  best.offer(1);
  best.offer(9);
  expect(best.ranked()).toEqual([1, 3]);
});
