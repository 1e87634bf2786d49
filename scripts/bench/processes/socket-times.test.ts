import { expect, it } from 'vitest';
import { hear, LONGEST_MS, latencyAt, nothingHeard } from './socket-times.js';

it('takes a message by the oldest of its changes', () => {
  const heard = nothingHeard();
  hear(heard, [1_000, 990], { at: 1_030, bytes: 200 });
  hear(heard, [], { at: 1_040, bytes: 50 });
  expect(heard).toMatchObject({ messages: 2, changes: 2, bytes: 250 });
  expect(latencyAt(heard, 99)).toBe(40);
});

it('finds what so many of a hundred don’t exceed', () => {
  const heard = nothingHeard();
  for (let ms = 1; ms <= 100; ms += 1) hear(heard, [0], { at: ms, bytes: 1 });
  expect([50, 99, 100].map((percent) => latencyAt(heard, percent))).toEqual([50, 99, 100]);
  hear(heard, [0], { at: 60_000, bytes: 1 });
  expect(latencyAt(heard, 100)).toBe(LONGEST_MS);
  expect(() => latencyAt(nothingHeard(), 50)).toThrow(RangeError);
});
