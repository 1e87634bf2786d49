import { expect, it } from 'vitest';
import type { ChartData, Series } from './chart-data';
import { labelsOf, layOut } from './plot-layout';

const HOUR = 3_600_000;
const FROM = Date.UTC(2026, 10, 22);
const frame = { width: 254, height: 126, left: 52, bottom: 20 };

const series = (points: Series['points'], rest: Partial<Series> = {}): Series => ({
  name: 'Failed',
  tone: 'failed',
  points,
  ...rest,
});
const data = (...all: Series[]): ChartData => ({ from: FROM, stepMs: HOUR, series: all });
const drawnOf = (kind: Parameters<typeof layOut>[1], ...all: Series[]) => layOut(data(...all), kind, frame).drawn;

it('draws no line where nothing was measured, and a dot for what stands alone', () => {
  const [drawn] = drawnOf('line', series([1, 2, null, 4, null]));
  expect(drawn?.line.match(/M/g)).toHaveLength(2);
  expect(drawn?.dots).toHaveLength(1);
  expect(drawn?.dots[0]?.x).toBe(52 + 3.5 * 40);
});

it('stacks bars, and none on a missing or empty step', () => {
  const [first, second] = drawnOf('bars', series([10, 0, null]), series([10, 5, 5]));
  expect(first?.bars.map(({ index, height }) => [index, height])).toEqual([[0, 50]]);
  expect(second?.bars.map(({ index, y, height }) => [index, y, height])).toEqual([
    [0, 6, 50],
    [1, 81, 25],
    [2, 81, 25],
  ]);
});

it('reaches above the highest value of now and of before, in round steps from zero', () => {
  const ticksOf = (...all: Series[]) => layOut(data(...all), 'line', frame).valueTicks.map(({ value }) => value);
  expect(ticksOf(series([0, 61]))).toEqual([0, 20, 40, 60, 80]);
  expect(ticksOf(series([1], { previous: [9] }))).toEqual([0, 2, 4, 6, 8, 10]);
  expect(ticksOf(series([0, null]))).toEqual([0, 1]);
  expect(ticksOf(series([1, null, 0]))).toEqual([0, 1]);
  expect(ticksOf(series([2, 1]))).toEqual([0, 1, 2]);
  expect(ticksOf(series([0.3]))).toEqual([0, 0.1, 0.2, 0.3]);
  expect(ticksOf(series([]))).toEqual([0, 1]);
});

it('steps in what the values are counted in', () => {
  const ticksOf = (scale: ChartData['scale'], most: number) =>
    layOut({ ...data(series([most])), scale }, 'line', frame).valueTicks.map(({ value }) => value);
  const MB = 1_024 ** 2;
  expect(ticksOf('binary', 205 * MB)).toEqual([0, 64, 128, 192, 256].map((size) => size * MB));
  expect(ticksOf('binary', 82_100)).toEqual([0, 32_768, 65_536, 98_304]);
  expect(ticksOf('time', 55_000)).toEqual([0, 15_000, 30_000, 45_000, 60_000]);
  expect(ticksOf('time', 4.5 * 60_000)).toEqual([0, 2, 4, 6].map((minutes) => minutes * 60_000));
  expect(ticksOf('time', 20 * HOUR)).toEqual([0, 6, 12, 18, 24].map((hours) => hours * HOUR));
  expect(ticksOf('time', 61 * 24 * HOUR)).toEqual([0, 20, 40, 60, 80].map((days) => days * 24 * HOUR));
  expect(ticksOf('time', 61)).toEqual([0, 20, 40, 60, 80]);
  expect(ticksOf('time', 0.3)).toEqual([0, 0.1, 0.2, 0.3]);
});

it('calls no two values of an axis the same', () => {
  const { valueTicks } = layOut(data(series([0.2])), 'line', frame);
  expect(labelsOf(valueTicks, (value) => value.toFixed(1))).toEqual(['0.0', '0.1', '', '', '0.2']);
});

it('finds the step and the moment below a pixel, and the nearest outside of the plot', () => {
  const layout = layOut(data(series([1, 2, 3, 4])), 'line', frame);
  expect([0, 52, 101, 103, 251, 900].map(layout.indexOf)).toEqual([0, 0, 0, 1, 3, 3]);
  expect(layout.momentOf(152)).toBe(FROM + 2 * HOUR);
  expect(layout.xOf(FROM + 2 * HOUR)).toBe(152);
});
