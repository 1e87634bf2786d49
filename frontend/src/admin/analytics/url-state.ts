import { parseAsBoolean, parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs';
import { rangeNames } from '../../lib/time-range';

export const analyticsTabs = ['volume', 'duration', 'failures', 'capacity', 'resources'] as const;
export type AnalyticsTab = (typeof analyticsTabs)[number];

export const DEFAULT_RANGE = '30d';

const place = {
  tab: parseAsStringLiteral(analyticsTabs).withDefault('volume'),
  range: parseAsStringLiteral(rangeNames).withDefault(DEFAULT_RANGE),
  compare: parseAsBoolean.withDefault(true),
  job: parseAsString,
  channel: parseAsString,
};

/** What of the page is shown: `?tab=failures&range=90d&compare=false&job=trending`. */
export function useAnalyticsUrlState() {
  const [{ tab, range, compare, job, channel }, set] = useQueryStates(place, { history: 'push' });
  return {
    ...{ tab, range, job, channel },
    isCompared: compare,
    setJob: (next: string | null) => void set({ job: next }),
    setChannel: (next: string | null) => void set({ channel: next }),
  };
}
