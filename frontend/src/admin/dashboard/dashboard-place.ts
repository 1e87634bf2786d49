import { parseAsStringLiteral, useQueryStates } from 'nuqs';
import { useState } from 'react';
import { type ChartChoice, keep, readChartChoice, readKept } from '../../components/metrics/chart-choice';
import { rangeNames } from '../../lib/time-range';

const KEY = 'job-manager: dashboard';

const place = { range: parseAsStringLiteral(rangeNames), chart: parseAsStringLiteral(['published'] as const) };

/** How the chart of the dashboard is drawn: `?range=7d`, and `?chart=published` while it is large. */
export function useChartPlace() {
  const [remembered, setRemembered] = useState(() => readChartChoice(readKept(KEY), 'bars'));
  const [{ range, chart }, set] = useQueryStates(place);
  const choice: ChartChoice = { ...remembered, ...(range && { range }) };
  return {
    choice,
    isLarge: chart !== null,
    choose: (change: Partial<ChartChoice>) => {
      const next = { ...choice, ...change };
      setRemembered(next);
      keep(KEY, next);
      void set({ range: next.range });
    },
    open: () => void set({ chart: 'published' }, { history: 'push' }),
    close: () => void set({ chart: null }, { history: 'push' }),
  };
}
