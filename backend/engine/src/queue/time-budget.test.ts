import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { TimeBudget } from './time-budget.js';

describe('a part of the time', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test('a caller that comes now and then never waits', () => {
    const budget = new TimeBudget(1 / 4);
    for (let turn = 0; turn < 10; turn += 1) {
      expect(budget.restMs).toBe(0);
      budget.spend(5);
      vi.advanceTimersByTime(20);
    }
  });

  test('what was saved is spent first, and then a rest is due after each turn', () => {
    const budget = new TimeBudget(1 / 4);
    budget.spend(10);
    expect(budget.restMs).toBe(0);
    budget.spend(5);
    expect(budget.restMs).toBe(20);
    vi.advanceTimersByTime(15);
    expect(budget.restMs).toBe(5);
    vi.advanceTimersByTime(5);
    expect(budget.restMs).toBe(0);
  });

  test('one turn that took long, because the database did, is not made up for', () => {
    const budget = new TimeBudget(1 / 4);
    budget.spend(5_000);
    expect(budget.restMs).toBe(40);
  });

  test('a long pause saves no more than for a few turns', () => {
    const budget = new TimeBudget(1 / 4);
    vi.advanceTimersByTime(3_600_000);
    budget.spend(10);
    expect(budget.restMs).toBe(0);
    budget.spend(1);
    expect(budget.restMs).toBe(4);
  });
});
