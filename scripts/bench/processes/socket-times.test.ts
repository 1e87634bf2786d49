import { expect, it } from 'vitest';
import { LONGEST_MS, latencyAt, nothingReceived, record } from './socket-times.js';

it('takes a message by the oldest of its changes', () => {
  const received = nothingReceived();
  record(received, [1_000, 990], { at: 1_030, bytes: 200 });
  record(received, [], { at: 1_040, bytes: 50 });
  expect(received).toMatchObject({ messages: 2, changes: 2, bytes: 250 });
  expect(latencyAt(received, 99)).toBe(40);
});

it('finds what so many of a hundred don’t exceed', () => {
  const received = nothingReceived();
  for (let ms = 1; ms <= 100; ms += 1) record(received, [0], { at: ms, bytes: 1 });
  expect([50, 99, 100].map((percent) => latencyAt(received, percent))).toEqual([50, 99, 100]);
  record(received, [0], { at: 60_000, bytes: 1 });
  expect(latencyAt(received, 100)).toBe(LONGEST_MS);
  expect(() => latencyAt(nothingReceived(), 50)).toThrow(RangeError);
});
