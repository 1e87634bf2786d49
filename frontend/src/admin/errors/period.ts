import type { ErrorPeriod } from '@job-manager/shared/contract/errors';

export const periodNames = {
  '24h': 'the last 24 hours',
  '7d': 'the last 7 days',
  '30d': 'the last 30 days',
} as const satisfies Record<ErrorPeriod, string>;
