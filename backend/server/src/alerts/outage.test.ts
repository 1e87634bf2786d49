import { expect, it } from 'vitest';
import { OutageWatch } from './outage.js';

it('reports an outage of half a minute or more, for a minute after its end', () => {
  let now = 1_000_000;
  const watch = new OutageWatch(() => now);
  const after = (ms: number, isReached: boolean) => {
    now += ms;
    watch.note(isReached);
    return watch.news;
  };
  expect(after(0, true)).toBeNull();
  // A restart.
  expect([after(0, false), after(12_000, false), after(12_000, true)]).toEqual([null, null, null]);
  expect([after(15_000, false), after(40_000, false)]).toEqual([null, null]);
  expect(after(10_000, true)).toEqual({ ms: 50_000, endedAt: new Date(now) });
  expect(after(60_000, true)).toMatchObject({ ms: 50_000 });
  expect(after(1, true)).toBeNull();
});
