import type { MetricsAnswer } from '@job-manager/shared/contract/metrics';
import { type MetricMeasure, metricLimits, metrics } from '@job-manager/shared/metrics';
import { parseAsInteger, useQueryStates } from 'nuqs';
import { useState } from 'react';
import { type RangeName, rangeNames, type TimeRange, widthOf } from '../../lib/time-range';
import type { PlotKind } from '../../ui/chart/plot-layout';

export const stepNames = ['auto', '5min', 'hour', 'day'] as const;
export type StepName = (typeof stepNames)[number];
const HOUR_MS = 3_600_000;
const stepLengths = { '5min': 300_000, hour: HOUR_MS, day: 24 * HOUR_MS } as const;

/**
 * The chosen step, where the range has no more of them than are answered, and one more for the begun one. Otherwise:
 * what counters know of a day or a week by the hour, for they know hours from the first run on; else as the range suggests.
 * A day of samples, which are kept by the minute, then begins 24 hours ago and not with a whole hour.
 */
export function stepOf(step: StepName, range: RangeName, measures: readonly MetricMeasure[]): number | undefined {
  if (step !== 'auto' && widthOf(range) / stepLengths[step] < metricLimits.points) return stepLengths[step];
  const isLong = range !== '24h' && range !== '7d';
  return isLong || measures.every(isSampled) ? undefined : HOUR_MS;
}

const isSampled = (measure: MetricMeasure): boolean => ['created', 'queue'].includes(metrics[measure].source.from);

/** How figures over time are drawn. */
export interface ChartChoice {
  /** Null until it is chosen: a day, or an hour where no more is known yet. */
  range: RangeName | null;
  step: StepName;
  isCompared: boolean;
  kind: PlotKind;
}

const kinds = ['area', 'line', 'bars'] as const;

/** Reads a choice that this browser has kept; unknown values become the default. */
export function readChartChoice(kept: Partial<Record<keyof ChartChoice, unknown>>, kind: PlotKind): ChartChoice {
  return {
    range: known(rangeNames, kept.range) ?? null,
    step: known(stepNames, kept.step) ?? 'auto',
    kind: known(kinds, kept.kind) ?? kind,
    isCompared: kept.isCompared === true,
  };
}

const known = <Value extends string>(all: readonly Value[], value: unknown): Value | undefined =>
  all.find((each) => each === value);

/** What this browser has kept under a key; nothing where storage is switched off. */
export function readKept(key: string): Record<string, unknown> {
  try {
    return (JSON.parse(localStorage.getItem(key) ?? '{}') ?? {}) as Record<string, unknown>;
  } catch {
    return {};
  }
}

export function keep(key: string, choice: object): void {
  try {
    localStorage.setItem(key, JSON.stringify(choice));
  } catch {
    // Storage full or switched off: it counts for this visit.
  }
}

/** Whether figures have just begun: of a day there are not two hours that a line could be drawn of. */
const hasJustBegun = ({ series }: MetricsAnswer): boolean =>
  series.every(({ points, stepMs }) => points.filter((point) => point !== null).length * stepMs < 2 * HOUR_MS);

const place = { from: parseAsInteger, to: parseAsInteger };

/** The part of a range that was chosen in a large chart: `?from=…&to=…`, in milliseconds since 1970. */
export function useChosenPart() {
  const [{ from, to }, set] = useQueryStates(place);
  const part: TimeRange | null = from !== null && to !== null && from < to ? { from, to } : null;
  return {
    part,
    zoom: (begin: number, end: number) =>
      void set({ from: Math.round(begin), to: Math.round(end) }, { history: 'push' }),
    clear: () => void set({ from: null, to: null }),
  };
}

/** A range that was not chosen: a day, or the last hour once the answer for a day shows that figures have just begun. */
export function useStartingRange(chosen: RangeName | null): {
  range: RangeName;
  note: (answer: MetricsAnswer) => void;
} {
  const [isNew, setNew] = useState(false);
  return {
    range: chosen ?? (isNew ? '1h' : '24h'),
    note: (answer) => {
      if (chosen === null && !isNew && hasJustBegun(answer)) setNew(true);
    },
  };
}
