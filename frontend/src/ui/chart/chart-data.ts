import { formatClock, formatDateTime, formatDay, withZone } from '../../lib/date-time';

/** Colours of theme.css that a series may have. */
export type Tone = 'success' | 'failed' | 'cancelled' | 'running' | 'queued' | 'brand';

/** What values are counted in, which decides where an axis has its round values: sizes in powers of two, times in minutes. */
export type Scale = 'decimal' | 'binary' | 'time';

export interface Series {
  name: string;
  tone: Tone;
  /** One per step, the oldest first; null where nothing was measured. */
  points: readonly (number | null)[];
  /** The same steps of the period before. */
  previous?: readonly (number | null)[];
}

export interface ChartData {
  /** When the first step begins, in milliseconds since 1970. */
  from: number;
  stepMs: number;
  series: readonly Series[];
  /** `decimal` by default; times are in milliseconds. */
  scale?: Scale;
  /** Values are amounts of a step, which may be added up. */
  isCounted?: boolean;
  /** What happened at a moment, such as the first runner of a new version. */
  marks?: readonly { at: number; label: string }[];
  /** Nothing was kept before, in milliseconds since 1970; absent where all of the range is kept. */
  since?: number;
  /** The last step has not ended yet. */
  isLastPartial?: boolean;
}

export const stepsOf = ({ series }: ChartData): number => Math.max(0, ...series.map(({ points }) => points.length));

/** When a step begins, in milliseconds since 1970. */
export const stepAt = ({ from, stepMs }: Pick<ChartData, 'from' | 'stepMs'>, index: number): number =>
  from + index * stepMs;

const DAY_MS = 86_400_000;
const isoOf = (ms: number): string => new Date(ms).toISOString();

/** The beginning of a step as its length needs it: `2026-11-22`, or `2026-11-22 06:00` and its zone. */
export function stepLabel(data: Pick<ChartData, 'from' | 'stepMs'>, index: number): string {
  const iso = isoOf(stepAt(data, index));
  if (data.stepMs >= DAY_MS) return formatDay(iso);
  return withZone(formatDateTime(iso).slice(0, 'yyyy-mm-dd hh:mm'.length), iso);
}

/** What stands below a tick of the time axis: the time of day, and the day at midnight. */
export function tickLabel(at: Date): string {
  const iso = at.toISOString();
  const clock = formatClock(iso).slice(0, 'hh:mm'.length);
  return clock === '00:00' ? formatDay(iso).slice('yyyy-'.length) : clock;
}

const measured = (points: readonly (number | null)[]): number[] => points.filter((point) => point !== null);

/** What a series comes to: "60 since 2026-11-22 00:00 UTC, most 12 from …", or of what can't be added, the last value. */
function describeSeries({ points }: Series, data: ChartData, format: (value: number) => string): string {
  const values = measured(points);
  const last = values.at(-1);
  if (last === undefined) return 'nothing measured';
  const sum = values.reduce((total, value) => total + value, 0);
  if (data.isCounted && sum === 0) return 'none';
  const most = Math.max(...values);
  const highest = `most ${format(most)} from ${stepLabel(data, points.indexOf(most))}`;
  return data.isCounted ? `${format(sum)} since ${stepLabel(data, 0)}, ${highest}` : `${highest}, last ${format(last)}`;
}

/** A chart in a sentence, for those who can't see it. */
export function describeChart(heading: string, data: ChartData, format: (value: number) => string): string {
  const [only, ...others] = data.series;
  if (only && others.length === 0) return `${heading}: ${describeSeries(only, data, format)}`;
  const parts = data.series.map((series) => `${series.name} ${describeSeries(series, data, format)}`);
  return `${heading}: ${parts.join('; ')}`;
}
