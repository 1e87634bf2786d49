import { expect, it } from 'vitest';
import { describeBenchmarks } from './document.js';
import type { Figure } from './figure.js';
import { type BenchReport, fromJson, toJson } from './report.js';

const figure = (name: string, value: number): Figure => ({ name, value, unit: 'ms', most: 50, details: [] });

const report = (takenAt: string, parts: Record<string, Figure[]>): BenchReport => ({
  takenAt,
  machine: { processors: 2, model: 'CPU', memoryGb: 24, node: '20', postgres: '18', others: { Chromium: '140' } },
  parts: Object.entries(parts).map(([id, figures]) => ({ id, figures, load: 1.5, seconds: 3 })),
});

it('names what misses its target, and where the figures were taken', () => {
  const text = describeBenchmarks([
    report('2026-03-01T12:00:00.000Z', { a: [figure('Quick', 49), { ...figure('Slow', 51), aim: 40 }] }),
  ]);
  expect(text).toContain('on 1 March 2026: 2 figures, on 2 × CPU, 24 GB, with Node 20, PostgreSQL 18, Chromium 140.');
  expect(text).toContain('1 miss their target');
  expect(text).toContain('| Quick | 49 ms | ≤ 50 ms |  | 1.5 |');
  expect(text).toContain('| Slow | **51 ms** | ≤ 50 ms | 40 ms | 1.5 |');
});

it('takes each part from the newest report that has it', () => {
  const earlier = report('2026-02-28T12:00:00.000Z', { a: [figure('Old', 1)], b: [figure('Kept', Number.NaN)] });
  const text = describeBenchmarks([
    report('2026-03-01T12:00:00.000Z', { a: [figure('New', 2)] }),
    fromJson(toJson(earlier)),
  ]);
  expect(text).toContain('on 28 February 2026 and 1 March 2026: 2 figures');
  expect(text).toContain('| New | 2 ms |');
  expect(text).not.toContain('Old');
  expect(text).toContain('| Kept | **– ms** |');
});

it('shows the peers of a figure in a table of their own', () => {
  const beside: Figure['beside'] = [
    { engine: 'ours', 'runs/s': 20_000 },
    { engine: 'a | theirs', 'runs/s': 10_000, note: 'of two' },
  ];
  const text = describeBenchmarks([
    report('2026-03-01T12:00:00.000Z', { a: [{ ...figure('Drain', 1), details: ['how'], beside }] }),
  ]);
  expect(text).toContain(
    '**Drain**: how\n\n| engine | runs/s | note |\n|---|---|---|\n| ours | 20,000 |  |\n| a \\| theirs | 10,000 | of two |',
  );
});
