import { expect, test, vi } from 'vitest';
import { createCollector } from './collector';

test('hands values over together, and again only after the interval', () => {
  vi.useFakeTimers();
  const handedOver: number[][] = [];
  const collector = createCollector<number>((values) => handedOver.push(values), {
    collectMs: 1_000,
    intervalMs: 5_000,
  });
  collector.add([1, 2]);
  vi.advanceTimersByTime(900);
  collector.add([3]);
  expect(handedOver).toEqual([]);
  vi.advanceTimersByTime(100);
  expect(handedOver).toEqual([[1, 2, 3]]);

  for (let second = 0; second < 17; second++) {
    collector.add([second]);
    vi.advanceTimersByTime(1_000);
  }
  expect(handedOver.length).toBe(4);

  collector.stop();
  vi.advanceTimersByTime(10_000);
  expect(handedOver.length).toBe(4);
});

test('waits no longer than it collects when the interval is over', () => {
  vi.useFakeTimers();
  const onValues = vi.fn();
  const collector = createCollector(onValues, { collectMs: 1_000, intervalMs: 5_000 });
  collector.add(['first']);
  vi.advanceTimersByTime(60_000);
  collector.add(['second']);
  vi.advanceTimersByTime(1_000);
  expect(onValues).toHaveBeenLastCalledWith(['second']);
});
