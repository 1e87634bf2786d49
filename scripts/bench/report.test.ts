import { stripVTControlCharacters } from 'node:util';
import { expect, it } from 'vitest';
import type { Figure } from './figure.js';
import { type BenchReport, missesOf, toJson, toTable } from './report.js';

const figure = (value: number, most?: number): Figure => ({
  name: `F${value}`,
  value,
  unit: 'ms',
  most,
  details: ['why'],
});

const report: BenchReport = {
  takenAt: '2026-03-01T12:00:00.000Z',
  machine: { processors: 2, model: 'CPU', memoryGb: 24, node: '20', postgres: '18', others: { Chromium: '140' } },
  parts: [
    { id: 'a', figures: [figure(50, 50), figure(50.04, 50)], load: 1.5, seconds: 3 },
    { id: 'b', figures: [figure(1_234)], load: 0, seconds: 1 },
  ],
};

it('counts a figure at its target as met, and one above it as missed', () => {
  expect(missesOf(report).map(({ value }) => value)).toEqual([50.04]);
});

it('counts a figure that could not be measured as missed', () => {
  const parts = [
    { id: 'a', figures: [figure(Number.NaN, 50), figure(Number.POSITIVE_INFINITY, 50)], load: 0, seconds: 0 },
  ];
  expect(missesOf({ parts })).toHaveLength(2);
});

it('shows each figure with its target, its verdict and the load', () => {
  const lines = stripVTControlCharacters(toTable(report))
    .split('\n')
    .map((line) => line.replace(/ +/g, ' '));
  expect(lines).toContain('✓ F50 50 ms ≤ 50 ms 1.5');
  expect(lines).toContain('✗ F50.04 50 ms ≤ 50 ms 1.5');
  expect(lines).toContain('· F1234 1,234 ms 0.0');
  expect(lines).toContain(' why');
});

it('tells programs the verdicts', () => {
  const told = JSON.parse(toJson(report)) as { parts: { figures: { holds: boolean | null }[] }[] };
  expect(told.parts.flatMap(({ figures }) => figures.map(({ holds }) => holds))).toEqual([true, false, null]);
});
