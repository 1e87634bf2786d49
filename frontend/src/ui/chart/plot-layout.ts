import { ticks } from 'd3-array';
import { area, curveMonotoneX, line } from 'd3-shape';
import { timeTicks, utcTicks } from 'd3-time';
import { type ZoneChoice, zoneChoice } from '../../lib/time-zone';
import { type ChartData, type Scale, type Series, stepAt, stepsOf } from './chart-data';

export type PlotKind = 'line' | 'area' | 'bars';

export interface Frame {
  width: number;
  height: number;
  /** Room for the axes. */
  left: number;
  bottom: number;
}

/** Space above the highest value, so that its line is not cut. */
const TOP = 6;
const RIGHT = 2;
const PER_TIME_TICK = 90;
const VALUE_TICKS = 4;
/** Part of a step that its bar leaves free. */
const BAR_GAP = 0.2;

interface Bar {
  index: number;
  x: number;
  y: number;
  width: number;
  height: number;
}

/** A series as shapes, in pixels. */
export interface DrawnSeries {
  series: Series;
  line: string;
  area: string;
  previous: string;
  bars: Bar[];
  /** Points without a neighbour, of which no line is drawn. */
  dots: { x: number; y: number }[];
}

export interface Layout {
  drawn: DrawnSeries[];
  timeTicks: { at: Date; x: number }[];
  valueTicks: { value: number; y: number }[];
  /** Pixels of a moment, in milliseconds since 1970. */
  xOf(at: number): number;
  /** The moment of a pixel. */
  momentOf(x: number): number;
  /** The step below a pixel. */
  indexOf(x: number): number;
  baseline: number;
}

/** The values that the axis of a chart names: round ones from 0 to at least the highest; whole ones where all are. */
export const valueTicksOf = (data: ChartData, kind: PlotKind): number[] =>
  roundValues(highest(data, kind), data.scale ?? 'decimal', data.series.every(isWhole) ? 1 : 0);

/** What the values of an axis are called; one that would be called as the one below it is called nothing. */
export const labelsOf = (ticks: Layout['valueTicks'], format: (value: number) => string): string[] =>
  ticks.map(({ value }) => format(value)).map((label, index, all) => (label === all[index - 1] ? '' : label));

const isWhole = ({ points, previous = [] }: Series): boolean =>
  [...points, ...previous].every((value) => value === null || Number.isInteger(value));

/** Where everything of a chart stands. Bars are stacked, lines and areas are not. */
export function layOut(data: ChartData, kind: PlotKind, frame: Frame): Layout {
  const { width, height, left, bottom } = frame;
  const steps = Math.max(1, stepsOf(data));
  const to = stepAt(data, steps);
  const baseline = height - bottom;
  const plotWidth = Math.max(1, width - left - RIGHT);
  const valueTicks = valueTicksOf(data, kind);
  const top = valueTicks.at(-1) ?? 1;
  const xOf = (at: number) => left + ((at - data.from) / (to - data.from)) * plotWidth;
  const momentOf = (x: number) =>
    data.from + (Math.min(Math.max(x - left, 0), plotWidth) / plotWidth) * (to - data.from);
  const yOf = (value: number) => baseline - (value / top) * (baseline - TOP);
  const middleOf = (index: number) => xOf(stepAt(data, index) + data.stepMs / 2);
  return {
    drawn: draw(data, kind, { middleOf, yOf, stepWidth: plotWidth / steps }),
    timeTicks: timeTicksOf(data.from, to, Math.floor(plotWidth / PER_TIME_TICK), zoneChoice()).map((at) => ({
      at,
      x: xOf(at.getTime()),
    })),
    valueTicks: valueTicks.map((value) => ({ value, y: yOf(value) })),
    xOf,
    momentOf,
    indexOf: (x) => Math.min(steps - 1, Math.floor((momentOf(x) - data.from) / data.stepMs)),
    baseline,
  };
}

interface Scales {
  middleOf(index: number): number;
  yOf(value: number): number;
  stepWidth: number;
}

function draw(data: ChartData, kind: PlotKind, { middleOf, yOf, stepWidth }: Scales): DrawnSeries[] {
  const toLine = line<number | null>()
    .defined((value) => value !== null)
    .x((_, index) => middleOf(index))
    .y((value) => yOf(value ?? 0))
    .curve(curveMonotoneX);
  const toArea = area<number | null>()
    .defined((value) => value !== null)
    .x((_, index) => middleOf(index))
    .y0(yOf(0))
    .y1((value) => yOf(value ?? 0))
    .curve(curveMonotoneX);
  const reached = new Array<number>(stepsOf(data)).fill(0);
  return data.series.map((series) => {
    const isBars = kind === 'bars';
    return {
      series,
      line: isBars ? '' : (toLine(series.points) ?? ''),
      area: kind === 'area' ? (toArea(series.points) ?? '') : '',
      previous: (series.previous && toLine(series.previous)) ?? '',
      bars: isBars ? stack(series, reached, { middleOf, yOf, stepWidth }) : [],
      dots: isBars ? [] : alone(series.points).map(({ index, value }) => ({ x: middleOf(index), y: yOf(value) })),
    };
  });
}

/** The bars of a series, on top of what the ones before it have reached. */
function stack({ points }: Series, reached: number[], { middleOf, yOf, stepWidth }: Scales): Bar[] {
  const width = Math.max(1, stepWidth * (1 - BAR_GAP));
  return points.flatMap((value, index) => {
    const from = reached[index] ?? 0;
    if (value === null || value <= 0) return [];
    reached[index] = from + value;
    const y = yOf(from + value);
    return [{ index, x: middleOf(index) - width / 2, y, width, height: yOf(from) - y }];
  });
}

function alone(points: Series['points']): { index: number; value: number }[] {
  const isMissing = (index: number) => points[index] === null || points[index] === undefined;
  return points.flatMap((value, index) =>
    value !== null && isMissing(index - 1) && isMissing(index + 1) ? [{ index, value }] : [],
  );
}

function highest(data: ChartData, kind: PlotKind): number {
  const previous = data.series.flatMap((series) => series.previous ?? []);
  const sums = Array.from({ length: stepsOf(data) }, (_, index) => {
    const values = data.series.map(({ points }) => points[index] ?? 0);
    return kind === 'bars' ? values.reduce((sum, value) => sum + value, 0) : Math.max(0, ...values);
  });
  return Math.max(0, ...sums, ...previous.map((value) => value ?? 0));
}

/** Below it milliseconds are counted in tens, as longer times are not. */
const MAX_MS_IN_TENS = 200;
/** Steps that are round in days, hours, minutes and seconds. */
const TIME_STEPS = [
  500,
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * 1_000),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * 60_000),
  ...[1, 2, 3, 6, 12].map((hours) => hours * 3_600_000),
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500].map((days) => days * 86_400_000),
];

function roundValues(most: number, scale: Scale, minStep: number): number[] {
  if (most <= 0) return [0, 1];
  const ofUnit = stepOfUnit(most / VALUE_TICKS, scale);
  if (ofUnit !== undefined) return upTo(most, ofUnit);
  const found = ticks(0, most, VALUE_TICKS);
  if ((found[1] ?? most) < minStep) return upTo(most, minStep);
  const step = (found[1] ?? most) - (found[0] ?? 0);
  const last = found.at(-1) ?? 0;
  return last >= most ? found : [...found, last + step];
}

/** The next round step of a unit that isn't counted in tens; undefined where it is. */
function stepOfUnit(wanted: number, scale: Scale): number | undefined {
  if (scale === 'binary') return 2 ** Math.ceil(Math.log2(wanted));
  if (scale !== 'time' || wanted <= MAX_MS_IN_TENS) return undefined;
  return TIME_STEPS.find((step) => step >= wanted);
}

const upTo = (most: number, step: number): number[] =>
  Array.from({ length: Math.ceil(most / step) + 1 }, (_, place) => place * step);

/** Round times of the chosen zone. */
function timeTicksOf(from: number, to: number, count: number, zone: ZoneChoice): Date[] {
  const find = zone === 'utc' ? utcTicks : timeTicks;
  return find(new Date(from), new Date(to), Math.max(1, count));
}
