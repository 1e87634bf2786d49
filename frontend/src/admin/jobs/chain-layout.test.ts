import { expect, test } from 'vitest';
import { relativesOf, runBeside, stagesOf } from './chain-layout';

const nodes = [
  { jobRunId: '1', depth: 0 },
  { jobRunId: '2', depth: 0 },
  { jobRunId: '3', depth: 1 },
  { jobRunId: '4', depth: 1 },
  { jobRunId: '5', depth: 2 },
];
const edges = [
  { from: '2', to: '3' },
  { from: '1', to: '4' },
  { from: '4', to: '5' },
  { from: '1', to: '5' },
];
const stages = stagesOf(nodes, edges);

test('puts runs into stages, beside those that they wait for', () => {
  expect(stages.map((stage) => stage.map(({ jobRunId }) => jobRunId))).toEqual([['1', '2'], ['4', '3'], ['5']]);
});

test('marks ancestors and descendants, but not siblings', () => {
  expect([...relativesOf('4', edges)].sort()).toEqual(['1', '4', '5']);
  expect([...relativesOf('3', edges)].sort()).toEqual(['2', '3']);
});

test.each([
  ['1', 'ArrowDown', '2'],
  ['1', 'ArrowUp', undefined],
  ['2', 'ArrowRight', '3'],
  ['3', 'ArrowRight', '5'],
  ['5', 'ArrowRight', undefined],
  ['4', 'ArrowLeft', '1'],
] as const)('from #%s %s leads to %s', (from, arrow, to) => {
  expect(runBeside(stages, from, arrow)).toBe(to);
});
