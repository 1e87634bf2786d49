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
  const lines = linesOf(report);
  expect(lines).toContain('✓ F50 50 ms ≤ 50 ms 1.5');
  expect(lines).toContain('✗ F50.04 50 ms ≤ 50 ms 1.5');
  expect(lines).toContain('· F1234 1,234 ms 0.0');
  expect(lines).toContain(' why');
});

it('writes the verdicts for programs', () => {
  const written = JSON.parse(toJson(report)) as { parts: { figures: { holds: boolean | null }[] }[] };
  expect(written.parts.flatMap(({ figures }) => figures.map(({ holds }) => holds))).toEqual([true, false, null]);
});

it('shows the least a figure must reach, and what it aims at beyond', () => {
  const ratio = { ...figure(1.5), unit: '×', least: 1.5, aim: 2 };
  const written = { ...report, parts: [{ id: 'a', figures: [ratio, { ...ratio, value: 1.49 }], load: 0, seconds: 0 }] };
  const lines = linesOf(written);
  expect(lines).toContain('✓ F1.5 1.5 × ≥ 1.5 × 2 × 0.0');
  expect(lines).toContain('✗ F1.5 1.49 × ≥ 1.5 × 2 × 0.0');
});

it('counts an aim that is not reached as no miss', () => {
  const parts = [{ id: 'a', figures: [{ ...figure(1.5), least: 1.5, aim: 2 }], load: 0, seconds: 0 }];
  expect(missesOf({ parts })).toEqual([]);
});

it('shows what a figure was measured beside, for people and programs', () => {
  const beside: Figure['beside'] = [
    { engine: 'ours', 'runs/s': 41_234.5 },
    { engine: 'theirs', 'runs/s': Number.NaN, note: 'failed: no such table' },
  ];
  const written = { ...report, parts: [{ id: 'a', figures: [{ ...figure(1), beside }], load: 0, seconds: 0 }] };
  expect(linesOf(written)).toEqual(
    expect.arrayContaining([' engine runs/s note', ' ours 41,235', ' theirs – failed: no such table']),
  );
  const { parts } = JSON.parse(toJson(written)) as BenchReport;
  expect(parts[0]?.figures[0]?.beside?.[0]).toEqual(beside[0]);
});

it('names the versions of everything that ran', () => {
  expect(linesOf(report)).toContain('2 × CPU, 24 GB; Node 20, PostgreSQL 18, Chromium 140');
});

function linesOf(written: BenchReport): string[] {
  return stripVTControlCharacters(toTable(written))
    .split('\n')
    .map((line) => line.replace(/ +/g, ' '));
}
