import { parseAsArrayOf, parseAsStringLiteral, useQueryStates } from 'nuqs';
import { useState } from 'react';
import { type ChartChoice, keep, readChartChoice, readKept, stepNames } from '../../components/metrics/chart-choice';
import { rangeNames } from '../../lib/time-range';
import { DEFAULT_KPIS, type KpiName, kpiNames, SHOWN_KPIS } from './kpis';

/** What the strip shows: the part that a link carries, and that this browser remembers. */
export interface StripChoice extends ChartChoice {
  kpis: readonly KpiName[];
}

const KEY = 'job-manager: overview';

const place = {
  range: parseAsStringLiteral(rangeNames),
  step: parseAsStringLiteral(stepNames),
  kpis: parseAsArrayOf(parseAsStringLiteral(kpiNames)),
  chart: parseAsStringLiteral(kpiNames),
};

/** Where the overview stands: `?range=7d&step=hour&kpis=failed,depth&chart=failed`. What a link leaves out is as last time. */
export function useOverviewUrlState() {
  const [remembered, setRemembered] = useState(readChoice);
  const [given, set] = useQueryStates(place);
  const choice: StripChoice = {
    ...remembered,
    ...(given.range && { range: given.range }),
    ...(given.step && { step: given.step }),
    ...(given.kpis && given.kpis.length > 0 && { kpis: [...new Set(given.kpis)].slice(0, SHOWN_KPIS) }),
  };
  return {
    choice,
    chart: given.chart,
    choose: (change: Partial<StripChoice>) => {
      const next = { ...choice, ...change };
      setRemembered(next);
      keep(KEY, next);
      void set({ range: next.range, step: next.step, kpis: [...next.kpis] });
    },
    openChart: (name: KpiName) => void set({ chart: name }, { history: 'push' }),
    closeChart: () => void set({ chart: null }, { history: 'push' }),
  };
}

function readChoice(): StripChoice {
  const kept = readKept(KEY);
  const kpis = Array.isArray(kept.kpis) ? kpiNames.filter((name) => (kept.kpis as unknown[]).includes(name)) : [];
  return {
    ...readChartChoice(kept, 'area'),
    kpis: kpis.length > 0 ? kpis.slice(0, SHOWN_KPIS) : DEFAULT_KPIS,
  };
}
