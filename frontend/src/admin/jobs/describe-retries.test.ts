import { expect, test } from 'vitest';
import { describeRetries } from './describe-retries';

test.each([
  [{ backoffMs: 10_000, factor: 2, maxBackoffMs: 3_600_000 }, 1, '1, no retries'],
  [{ backoffMs: 10_000, factor: 2, maxBackoffMs: 3_600_000 }, 2, 'up to 2 attempts; pauses of up to 10s'],
  [
    { backoffMs: 10_000, factor: 2, maxBackoffMs: 3_600_000 },
    1_000,
    'up to 1,000 attempts; pauses of up to 10s, then 20s, then 40s … 1h',
  ],
  [{ backoffMs: 5_000, factor: 1, maxBackoffMs: 3_600_000 }, 9, 'up to 9 attempts; pauses of up to 5s'],
  [{ backoffMs: 0, factor: 2, maxBackoffMs: 0 }, 3, 'up to 3 attempts, at once'],
  [undefined, 3, 'up to 3 attempts'],
])('%j with %d attempts: %s', (policy, maxAttempts, words) => {
  expect(describeRetries(policy, maxAttempts)).toBe(words);
});
