import { defaultRetry, type RetryPolicy, retryDelayMs } from '@job-manager/shared/retry';
import fc from 'fast-check';
import { expect, it } from 'vitest';

const ms = fc.integer({ min: 0, max: 2_147_483_647 });
const policies: fc.Arbitrary<RetryPolicy> = fc.record({
  backoffMs: ms,
  factor: fc.double({ min: 1, max: 100, noNaN: true }),
  maxBackoffMs: ms,
});
const attempts = fc.integer({ min: 1, max: 1_000 });
const chances = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

it('waits a whole number of milliseconds within the backoff, whatever the policy and the attempt', () => {
  fc.assert(
    fc.property(policies, attempts, chances, (policy, attempt, chance) => {
      const delayMs = retryDelayMs(policy, attempt, () => chance);
      expect(Number.isInteger(delayMs)).toBe(true);
      expect(delayMs).toBeGreaterThanOrEqual(0);
      expect(delayMs).toBeLessThanOrEqual(policy.maxBackoffMs);
      if (attempt === 1) expect(delayMs).toBeLessThanOrEqual(policy.backoffMs);
    }),
  );
});

it('spreads over the whole backoff, from nothing on', () => {
  fc.assert(
    fc.property(policies, attempts, chances, (policy, attempt, chance) => {
      const whole = retryDelayMs(policy, attempt, () => 1);
      expect(retryDelayMs(policy, attempt, () => 0)).toBe(0);
      expect(Math.abs(retryDelayMs(policy, attempt, () => chance) - whole * chance)).toBeLessThanOrEqual(1);
    }),
  );
});

it('waits longer after each failure, up to the limit', () => {
  const waits = [1, 2, 3, 8, 9, 10, 1_000].map((attempt) => retryDelayMs(defaultRetry, attempt, () => 1));
  expect(waits).toEqual([10_000, 20_000, 40_000, 1_280_000, 2_560_000, 3_600_000, 3_600_000]);
});
