import { expect, it } from 'vitest';
import { clockOffset } from './clock.js';

/**
 * A clock that stands still, and another one with an offset, read over a connection of which each direction takes its
 * time.
 */
function twoClocks(aheadMs: number, ways: [there: number, back: number][]) {
  let time = 1_000;
  let reads = 0;
  const readOther = async () => {
    const [there, back] = ways[reads++ % ways.length] ?? [0, 0];
    time += there;
    const answer = time + aheadMs;
    time += back;
    return answer;
  };
  return { readOther, here: () => time };
}

it('finds the offset of another clock, fast or slow', async () => {
  for (const ahead of [250, 0, -3_600_000]) {
    const { readOther, here } = twoClocks(ahead, [[2, 2]]);
    expect(await clockOffset(readOther, here)).toBe(ahead);
  }
});

it('takes the offset of the quickest answer', async () => {
  const { readOther, here } = twoClocks(100, [
    [80, 3],
    [1, 1],
    [2, 40],
  ]);
  expect(await clockOffset(readOther, here)).toBe(100);
});
