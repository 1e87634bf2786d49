import { type RetryPolicy, retryDelayMs } from '@job-manager/shared/retry';
import { formatDuration } from '../../lib/duration';

const SHOWN = 3;

/** How failed attempts are repeated: "up to 3 attempts; pauses of up to 10s, then 20s". */
export function describeRetries(policy: RetryPolicy | undefined, maxAttempts: number): string {
  if (maxAttempts === 1) return '1, no retries';
  const attempts = `up to ${maxAttempts.toLocaleString('en')} attempts`;
  if (policy === undefined) return attempts;
  const longest = (attempt: number) => retryDelayMs(policy, attempt, () => 1);
  if (longest(maxAttempts - 1) === 0) return `${attempts}, at once`;
  const first = Array.from({ length: Math.min(SHOWN, maxAttempts - 1) }, (_, index) => longest(index + 1));
  const pauses = [...new Set(first)].map(formatDuration).join(', then ');
  const rest = longest(maxAttempts - 1) > Math.max(...first) ? ` … ${formatDuration(longest(maxAttempts - 1))}` : '';
  return `${attempts}; pauses of up to ${pauses}${rest}`;
}
